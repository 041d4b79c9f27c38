using System.Text.Json.Nodes;

namespace Promoter.Promotion.Configuration;

/// <summary>What schema and reference need of a section, whatever its type.</summary>
public interface IConfigShape
{
    /// <summary>What the reference calls one such section: <c>rule</c>, <c>transfer</c>.</summary>
    string Name { get; }

    /// <summary>One sentence on what the section is for.</summary>
    string Description { get; }

    IReadOnlyList<IConfigField> Fields { get; }

    JsonObject Schema();
}
