using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A whole number within bounds.</summary>
internal sealed class ConfigWhole(int least, int most) : ConfigType<int>
{
    public override string Name => $"integer, {least} to {most}";

    public override bool TryRead(YamlNode node, ConfigProblems problems, out int value)
    {
        value = 0;
        if (node is YamlScalar { IsPlain: true } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most)
        {
            return true;
        }

        problems.Add(node.Position, $"must be a whole number from {least} to {most}, found {node.Shown}");
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };

    public override JsonNode? Write(int value) => JsonValue.Create(value);
}
