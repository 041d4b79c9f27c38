using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A list whose items have one type.</summary>
internal sealed class ConfigList<T>(ConfigType<T> item) : ConfigType<IReadOnlyList<T>>
{
    public override string Name => $"list of {item.Name}";

    public override ConfigForm Form => ConfigForm.List;

    public override IConfigShape? Section => item.Section;

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is not YamlSequence sequence)
        {
            problems.Add(node.Position, $"must be a list, found {node.Noun}: write [..], or one item per line after '- '");
            return false;
        }

        var items = new List<T>(sequence.Items.Count);
        foreach (var element in sequence.Items)
        {
            if (item.TryRead(element, problems, out var read)) items.Add(read);
        }

        value = items;
        return items.Count == sequence.Items.Count;
    }

    public override JsonObject Schema() => new() { ["type"] = "array", ["items"] = item.Schema() };

    public override JsonNode? Write(IReadOnlyList<T> value) => value.Count == 0 ? null : new JsonArray([.. value.Select(item.Write)]);
}
