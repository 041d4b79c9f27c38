using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>true or false.</summary>
internal sealed class ConfigFlag : ConfigType<bool>
{
    public override string Name => "boolean";

    public override bool TryRead(YamlNode node, ConfigProblems problems, out bool value)
    {
        value = false;
        if (node is YamlScalar { IsBoolean: true } scalar)
        {
            value = scalar.Text is "true" or "True" or "TRUE";
            return true;
        }

        problems.Add(node.Position, $"must be true or false, found {node.Shown}");
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    public override JsonNode? Write(bool value) => JsonValue.Create(value);
}
