namespace Promoter.Discovery;

/// <summary>Where a field stands, from the file down to the field.</summary>
/// <param name="DocumentIndex">Number of the document in the file, from 0.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Namespace">Empty where the object names none.</param>
/// <param name="JsonPath">From the object's root; <c> | $</c> leads into YAML that is written as text.</param>
public sealed record FindingLocation(
    string File, int DocumentIndex, int Line, int Column, string ApiVersion, string Kind, string Namespace, string Name, string JsonPath)
{
    /// <summary>The Helm template that rendered the document, where that is known.</summary>
    public string? Template { get; init; }

    /// <summary>The object as kubectl names it: <c>Deployment/shop/web</c>, without the namespace where there is none.</summary>
    public string Object => Namespace.Length > 0 ? $"{Kind}/{Namespace}/{Name}" : $"{Kind}/{Name}";

    public override string ToString() => $"{File}:{Line}:{Column}: {Object} {JsonPath}{(Template is null ? "" : $" (rendered from {Template})")}";
}
