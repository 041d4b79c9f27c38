using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>A change to an object, in one of the API server's patch formats.</summary>
public sealed record KubernetesPatch
{
    private KubernetesPatch(string mediaType, JsonNode body)
    {
        MediaType = mediaType;
        Body = body;
    }

    public string MediaType { get; }

    public JsonNode Body { get; }

    /// <summary>Server-side apply: who owns the fields; null for the other formats.</summary>
    public string? FieldManager { get; private init; }

    /// <summary>RFC 6902: operations that fail as a whole when a <c>test</c> does.</summary>
    public static KubernetesPatch Json(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>RFC 7386: objects are merged, null removes, arrays are replaced.</summary>
    public static KubernetesPatch Merge(JsonObject change) => new("application/merge-patch+json", change);

    /// <summary>Kubernetes' own merge, which knows the keys of lists.</summary>
    public static KubernetesPatch Strategic(JsonObject change) => new("application/strategic-merge-patch+json", change);

    /// <summary>Server-side apply, taking fields over from other managers.</summary>
    public static KubernetesPatch Apply(JsonObject configuration, string fieldManager) =>
        new("application/apply-patch+yaml", configuration) { FieldManager = fieldManager };
}
