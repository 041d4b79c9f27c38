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

/// <summary>A section inside a section.</summary>
internal sealed class ConfigSection<T>(ConfigShape<T> shape) : ConfigType<T>
    where T : class
{
    public override string Name => shape.Name;

    public override ConfigForm Form => ConfigForm.Map;

    public override IConfigShape Section => shape;

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out T value) => shape.TryRead(node, problems, out value);

    public override JsonObject Schema() => shape.Schema();

    public override JsonNode? Write(T value) => null;
}
