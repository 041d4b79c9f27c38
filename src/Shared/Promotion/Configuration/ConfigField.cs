using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>One key of a section.</summary>
internal abstract class ConfigField<TSection>(string key, string description, bool isRequired) : IConfigField
{
    public string Key { get; } = key;

    public string Description { get; } = description;

    public bool IsRequired { get; } = isRequired;

    public abstract string TypeName { get; }

    public abstract IConfigShape? Section { get; }

    public abstract bool IsSimple { get; }

    public abstract bool IsList { get; }

    public abstract JsonNode? Default { get; }

    public abstract JsonObject Schema();

    /// <summary>The section with this key's value; unchanged where the value is wrong, which is then reported.</summary>
    public abstract TSection Apply(TSection section, YamlNode node, ConfigProblems problems);
}

/// <inheritdoc/>
internal sealed class ConfigField<TSection, TValue>(
    string key, ConfigType<TValue> type, string description, bool isRequired, TSection seed, Func<TSection, TValue?> get, Func<TSection, TValue, TSection> set)
    : ConfigField<TSection>(key, description, isRequired)
{
    public override string TypeName => type.Name;

    public override IConfigShape? Section => type.Section;

    public override bool IsSimple => type.Section is null && type.Form is not ConfigForm.Map;

    public override bool IsList => type.Form is ConfigForm.List;

    public override JsonNode? Default => !IsRequired && get(seed) is { } value ? type.Write(value) : null;

    public override JsonObject Schema()
    {
        var schema = type.Schema();
        schema.Insert(0, "description", Description);
        if (type.Section is null && Default is { } value) schema["default"] = value;
        return schema;
    }

    public override TSection Apply(TSection section, YamlNode node, ConfigProblems problems) =>
        type.TryRead(node, problems, out var value) ? set(section, value) : section;
}
