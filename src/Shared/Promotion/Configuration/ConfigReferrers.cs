using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Copying;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary><c>all</c>, <c>none</c> or a list of artifact types.</summary>
internal sealed class ConfigReferrers : ConfigType<ReferrerSelection>
{
    private static readonly ConfigType<ReferrerSelection> Word = ConfigTypes.OneOf(("all", ReferrerSelection.All), ("none", ReferrerSelection.None));
    private static readonly ConfigType<IReadOnlyList<string>> Types = ConfigTypes.ListOf(ConfigTypes.Parsed("artifact type", ReferrerSelection.ParseType, t => t));

    public override string Name => $"{Word.Name} \\| {Types.Name}";

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out ReferrerSelection value)
    {
        value = null;
        if (node is not YamlSequence sequence) return Word.TryRead(node, problems, out value);
        if (sequence.Items.Count == 0) problems.Add(node.Position, "the list of artifact types is empty: write none, all, or the types");
        else if (Types.TryRead(node, problems, out var types)) value = ReferrerSelection.Of(types);
        return value is not null;
    }

    public override JsonObject Schema() => new() { ["oneOf"] = new JsonArray(Word.Schema(), Types.Schema()) };

    public override JsonNode? Write(ReferrerSelection value) => JsonValue.Create(value.ToString());
}
