using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Admission.Pods;

/// <summary>
/// The record of what a pod's author wrote where we wrote something else: an annotation, a JSON object keyed by field and name, because positions move when
/// a sidecar is injected.
/// </summary>
internal static class OriginalImages
{
    /// <summary>All annotations of an object share 256 KiB; this one stays small.</summary>
    private const int Longest = 4096;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 2, AllowDuplicateProperties = false };

    /// <summary>The record with these images added; what an earlier round recorded is never overwritten.</summary>
    /// <returns>Null where nothing is to be written.</returns>
    public static string? Record(IEnumerable<PodImage> images, string? recorded)
    {
        var originals = Parse(recorded);
        var count = originals.Count;
        foreach (var image in images) originals.TryAdd(KeyOf(image), image.Text);
        if (originals.Count == count) return null;
        var text = originals.ToJsonString();
        return text.Length > Longest ? null : text;
    }

    private static string KeyOf(PodImage image) => image.Field switch
    {
        ImageField.ImageVolume => $"volumes/{image.Name}",
        ImageField.InitContainer => $"initContainers/{image.Name}",
        _ => $"containers/{image.Name}",
    };

    private static JsonObject Parse(string? recorded)
    {
        if (recorded is not { Length: <= Longest }) return [];
        try
        {
            return JsonNode.Parse(recorded, null, Strict) is JsonObject found && found.All(entry => entry.Value?.GetValue<string>() is not null) ? found : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return []; // Not ours: an author may write any annotation.
        }
    }
}
