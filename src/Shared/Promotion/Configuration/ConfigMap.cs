using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A map with keys of a person's choice.</summary>
internal sealed class ConfigMap<TKey, T>(ConfigType<TKey> key, ConfigType<T> item) : ConfigType<IReadOnlyDictionary<TKey, T>>
    where TKey : notnull
{
    public override string Name => $"map of {key.Name} to {item.Name}";

    public override ConfigForm Form => ConfigForm.Map;

    public override IConfigShape? Section => item.Section;

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out IReadOnlyDictionary<TKey, T> value)
    {
        value = null;
        if (node is not YamlMapping mapping)
        {
            problems.Add(node.Position, $"must be a map, found {node.Noun}");
            return false;
        }

        var entries = new Dictionary<TKey, T>();
        foreach (var entry in mapping.Entries)
        {
            var isKey = key.TryRead(new YamlScalar(entry.Name, isPlain: false, entry.Position), problems, out var name);
            if (item.TryRead(entry.Value, problems, out var read) && isKey) entries[name!] = read;
        }

        value = entries;
        return entries.Count == mapping.Entries.Count;
    }

    public override JsonObject Schema()
    {
        var names = key.Schema();
        return new JsonObject { ["type"] = "object", ["propertyNames"] = names, ["additionalProperties"] = item.Schema() };
    }

    public override JsonNode? Write(IReadOnlyDictionary<TKey, T> value) => null;
}
