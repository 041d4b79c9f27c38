using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>How a value of the configuration is written: reading, JSON Schema and documentation come from the same object.</summary>
public abstract class ConfigType<TValue>
{
    /// <summary>What the reference calls values of this type: <c>duration</c>, <c>list of glob</c>.</summary>
    public abstract string Name { get; }

    public virtual ConfigForm Form => ConfigForm.Scalar;

    /// <summary>Sections below this type, for the reference.</summary>
    public virtual IConfigShape? Section => null;

    /// <summary>Reads a value, or reports what is wrong with it.</summary>
    public abstract bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out TValue value);

    public abstract JsonObject Schema();

    /// <summary>The value as a person would write it; null where there is nothing to write (an unset value, an empty list).</summary>
    public abstract JsonNode? Write(TValue value);
}
