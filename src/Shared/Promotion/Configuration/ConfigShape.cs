using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>
/// The keys of one section of the configuration. It is the only description of them: reader, JSON Schema, reference and environment variables
/// all follow it.
/// </summary>
/// <param name="name">What the reference calls one such section.</param>
/// <param name="description">One sentence on what the section is for.</param>
/// <param name="seed">The section with every key left out; its values are the defaults.</param>
public sealed class ConfigShape<TSection>(string name, string description, TSection seed) : IConfigShape
    where TSection : class
{
    private readonly List<ConfigField<TSection>> _fields = [];
    private readonly List<Func<TSection, string?>> _checks = [];

    public string Name { get; } = name;

    public string Description { get; } = description;

    public IReadOnlyList<IConfigField> Fields => _fields;

    /// <summary>Adds a key.</summary>
    /// <param name="get">Reads the value of a section; of the seed it is the default.</param>
    /// <param name="set">The section with that value: <c>(s, v) => s with { X = v }</c>.</param>
    public ConfigShape<TSection> Key<TValue>(
        string key, ConfigType<TValue> type, Func<TSection, TValue?> get, Func<TSection, TValue, TSection> set, string description, bool isRequired = false)
    {
        _fields.Add(new ConfigField<TSection, TValue>(key, type, description, isRequired, seed, get, set));
        return this;
    }

    /// <summary>Adds a rule across keys: a sentence on what is wrong with the section, or null where nothing is.</summary>
    public ConfigShape<TSection> Check(Func<TSection, string?> check)
    {
        _checks.Add(check);
        return this;
    }

    /// <summary>Reads a section; everything that is wrong is reported, and the answer is false where something was.</summary>
    public bool TryRead(YamlNode node, ConfigProblems problems, [NotNullWhen(true)] out TSection? section)
    {
        section = null;
        var before = problems.Count;
        if (node is not YamlMapping mapping)
        {
            problems.Add(node.Position, $"{Name} must be a map with keys {Keys()}, found {node.Noun}");
            return false;
        }

        var result = seed;
        foreach (var entry in mapping.Entries)
        {
            if (_fields.Find(f => f.Key == entry.Name) is not { } field) problems.Add(entry.Position, Unknown(entry.Name));
            else if (entry.Value is YamlScalar { IsNull: true }) problems.Add(entry.Position, $"'{entry.Name}' has no value: write one, or leave the key out");
            else result = field.Apply(result, entry.Value, problems);
        }

        foreach (var field in _fields.Where(f => f.IsRequired && mapping[f.Key] is null))
        {
            problems.Add(mapping.Position, $"{Name} has no '{field.Key}': {field.Description}");
        }

        if (problems.Count > before) return false;
        foreach (var problem in _checks.Select(check => check(result)).OfType<string>()) problems.Add(mapping.Position, problem);
        section = problems.Count > before ? null : result;
        return section is not null;
    }

    /// <summary>The section with the values of environment variables <c>PREFIX_KEY</c> in place of the file's.</summary>
    public TSection Override(TSection section, ConfigEnvironment environment, string prefix, ConfigProblems problems) =>
        environment.Apply(section, _fields, prefix, problems);

    public JsonObject Schema()
    {
        var properties = new JsonObject();
        foreach (var field in _fields) properties[field.Key] = field.Schema();
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (_fields.Exists(f => f.IsRequired)) schema["required"] = new JsonArray([.. _fields.Where(f => f.IsRequired).Select(f => JsonValue.Create(f.Key))]);
        return schema;
    }

    private string Unknown(string key) => Suggestion.For(key, _fields.Select(f => f.Key)) is { } meant
        ? $"unknown key '{key}' in {Name}: did you mean '{meant}'?"
        : $"unknown key '{key}' in {Name}: it has the keys {Keys()}";

    private string Keys() => string.Join(", ", _fields.Select(f => f.Key));
}
