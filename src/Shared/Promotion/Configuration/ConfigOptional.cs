using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A value that may be written as <c>""</c>, which means the same as leaving its key out: charts render unset values so.</summary>
internal sealed class ConfigOptional<T>(ConfigType<T> type) : ConfigType<T?>
    where T : class
{
    public override string Name => type.Name;

    public override bool TryRead(YamlNode node, ConfigProblems problems, out T? value)
    {
        value = null;
        return node is YamlScalar { IsPlain: false, Text: "" } || type.TryRead(node, problems, out value);
    }

    public override JsonObject Schema()
    {
        var schema = type.Schema();
        if (schema.Remove("pattern", out var pattern)) schema["pattern"] = $"^$|{pattern}";
        return schema;
    }

    public override JsonNode? Write(T? value) => value is null ? null : type.Write(value);
}
