using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>Which object an Event is about.</summary>
public sealed record ObjectReference(string ApiVersion, string Kind, string? Namespace, string Name, string? Uid)
{
    public static ObjectReference Of(JsonNode item, string apiVersion, string kind) => new(apiVersion, kind, item.Namespace(), item.Name(), item.Uid());

    public override string ToString() => $"{Kind} {(Namespace is null ? "" : Namespace + "/")}{Name}";
}
