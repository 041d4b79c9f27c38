using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A number above zero.</summary>
internal sealed class ConfigRate : ConfigType<double>
{
    public override string Name => "number above 0";

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out double value)
    {
        value = 0;
        if (node is YamlScalar { IsPlain: true } scalar
            && double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value > 0)
        {
            return true;
        }

        problems.Add(node.Position, $"must be a number above 0, found {node.Shown}");
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "number", ["exclusiveMinimum"] = 0 };

    public override JsonNode? Write(double value) => JsonValue.Create(value);
}
