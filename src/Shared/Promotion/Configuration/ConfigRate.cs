using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>Requests per second: one in 100 seconds at the least, since every wait for a turn is a timer.</summary>
internal sealed class ConfigRate : ConfigType<double>
{
    private const double Least = 0.01;
    private const double Most = 10_000;

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"number, {Least} to {Most}");

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out double value)
    {
        value = 0;
        if (node is YamlScalar { IsPlain: true } scalar
            && double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= Least and <= Most)
        {
            return true;
        }

        problems.Add(node.Position, string.Create(CultureInfo.InvariantCulture, $"must be a number from {Least} to {Most}, found {node.Shown}"));
        return false;
    }

    public override JsonObject Schema() => new() { ["type"] = "number", ["minimum"] = Least, ["maximum"] = Most };

    public override JsonNode? Write(double value) => JsonValue.Create(value);
}
