using System.Text.Json.Nodes;

namespace Promoter.Promotion.Configuration;

/// <summary>What schema and reference need of a key, whatever its type.</summary>
public interface IConfigField
{
    string Key { get; }

    string TypeName { get; }

    string Description { get; }

    bool IsRequired { get; }

    /// <summary>The section below this key, or null where the value is a scalar, a list of scalars or a map.</summary>
    IConfigShape? Section { get; }

    /// <summary>Whether an environment variable can carry the value: scalars and lists of scalars.</summary>
    bool IsSimple { get; }

    /// <summary>Whether the value is a list of scalars.</summary>
    bool IsList { get; }

    /// <summary>The value that holds where the key is left out; null where nothing holds.</summary>
    JsonNode? Default { get; }

    JsonObject Schema();
}
