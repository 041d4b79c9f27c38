using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A scalar with a grammar of its own.</summary>
internal sealed class ConfigParsed<T>(string name, Func<string, T> parse, Func<T, string> print, string? pattern) : ConfigType<T>
{
    public override string Name => name;

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlScalar { IsNull: false, IsBoolean: false } scalar)
        {
            var advice = node is YamlScalar { IsBoolean: true } ? ": quote it if it is meant as text" : "";
            problems.Add(node.Position, $"must be a {name}, found {node.Noun}{advice}");
            return false;
        }

        try
        {
            value = parse(scalar.Text);
            return true;
        }
        catch (FormatException e)
        {
            problems.Add(node.Position, e.Message);
            return false;
        }
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (pattern is not null) schema["pattern"] = pattern;
        return schema;
    }

    public override JsonNode? Write(T value) => value is not null && print(value) is { Length: > 0 } text ? JsonValue.Create(text) : null;
}
