using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>One of a few words.</summary>
internal sealed class ConfigChoice<T>(IReadOnlyList<(string Word, T Value)> choices) : ConfigType<T>
{
    public override string Name => string.Join(" \\| ", choices.Select(c => $"`{c.Word}`"));

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        var written = node as YamlScalar;
        if (choices.FirstOrDefault(c => c.Word == written?.Text) is { Word: not null } choice)
        {
            value = choice.Value;
            return true;
        }

        var words = string.Join(", ", choices.Select(c => c.Word));
        var meant = written is null ? null : Suggestion.For(written.Text, choices.Select(c => c.Word));
        var found = written is null ? node.Noun : $"'{written.Text}'";
        problems.Add(node.Position, $"must be one of {words}; found {found}{(meant is null ? "" : $", did you mean '{meant}'?")}");
        return false;
    }

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. choices.Select(c => JsonValue.Create(c.Word))]) };

    public override JsonNode? Write(T value) => JsonValue.Create(choices.FirstOrDefault(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word);
}
