using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
