using System.Text.Json;

namespace Promoter.Oci;

/// <summary>Reads descriptors from manifest JSON, strictly where identity is concerned and leniently elsewhere.</summary>
internal static class DescriptorReader
{
    // 64 TiB: no registry holds such a blob, and the sum of all that fits into a manifest of 4 MiB stays below the largest number.
    private const long LargestSize = 1L << 46;

    public static IReadOnlyList<Descriptor> List(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var array) || array.ValueKind == JsonValueKind.Null) return [];
        if (array.ValueKind != JsonValueKind.Array) throw new ManifestFormatException($"'{name}' of the manifest is not a list");
        var descriptors = new List<Descriptor>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray()) descriptors.Add(Read(element, $"{name}[{descriptors.Count}]"));
        return descriptors;
    }

    public static Descriptor? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null ? Read(element, name) : null;

    public static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var element) && element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static IReadOnlyDictionary<string, string> Annotations(JsonElement parent)
    {
        if (!parent.TryGetProperty("annotations", out var map) || map.ValueKind != JsonValueKind.Object) return Descriptor.EmptyAnnotations;
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject().Where(e => e.Value.ValueKind == JsonValueKind.String)) annotations[entry.Name] = entry.Value.GetString()!;
        return annotations;
    }

    private static Descriptor Read(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new ManifestFormatException($"'{where}' of the manifest is not a descriptor");
        if (!Digest.TryParse(Text(element, "digest"), out var digest, out var problem)) throw new ManifestFormatException($"'{where}' of the manifest: {problem}");
        if (!element.TryGetProperty("size", out var sizeElement) || sizeElement.ValueKind != JsonValueKind.Number
            || !sizeElement.TryGetInt64(out var size) || size is < 0 or > LargestSize)
        {
            throw new ManifestFormatException($"'{where}' of the manifest has no valid size");
        }

        return new Descriptor(Text(element, "mediaType") ?? "application/octet-stream", digest, size)
        {
            ArtifactType = Text(element, "artifactType"),
            Platform = PlatformOf(element),
            Urls = UrlsOf(element),
            Annotations = Annotations(element),
            EmbeddedContent = DataOf(element, digest, size, where),
        };
    }

    private static Platform? PlatformOf(JsonElement element) =>
        element.TryGetProperty("platform", out var platform) && platform.ValueKind == JsonValueKind.Object
            ? new Platform(Text(platform, "architecture") ?? "", Text(platform, "os") ?? "", Text(platform, "variant"), Text(platform, "os.version"))
            : null;

    private static IReadOnlyList<string> UrlsOf(JsonElement element) =>
        element.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array
            ? [.. urls.EnumerateArray().Where(u => u.ValueKind == JsonValueKind.String).Select(u => u.GetString()!)]
            : [];

    private static ReadOnlyMemory<byte>? DataOf(JsonElement element, Digest digest, long size, string where)
    {
        if (!element.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.String) return null;
        if (!data.TryGetBytesFromBase64(out var bytes)) throw new ManifestFormatException($"'data' of '{where}' is not base64");
        if (bytes.Length != size || !digest.Matches(bytes))
        {
            throw new ManifestFormatException($"'data' of '{where}' does not match its digest {digest}: it has {bytes.Length} bytes with digest {Digest.Of(bytes, digest.Algorithm)}");
        }

        return bytes;
    }
}
