using System.Text.Json;

namespace Promoter.Emulator.Registry;

/// <summary>A pointer found in a manifest.</summary>
public sealed record StoredDescriptor(string Digest, long Size, string MediaType, bool IsForeign);

/// <summary>A manifest as it was pushed, and what a registry reads from it.</summary>
public sealed class StoredManifest
{
    private StoredManifest(string digest, string mediaType, byte[] bytes)
    {
        Digest = digest;
        MediaType = mediaType;
        Bytes = bytes;
    }

    public string Digest { get; }

    /// <summary>The Content-Type it was pushed with, byte for byte.</summary>
    public string MediaType { get; }

    public byte[] Bytes { get; }

    public string? ArtifactType { get; private init; }

    /// <summary>The media type of the config, empty where there is none.</summary>
    public string ConfigMediaType { get; private init; } = "";

    /// <summary>Every media and artifact type that the manifest names.</summary>
    public IEnumerable<string> MediaTypes => [MediaType, ArtifactType ?? "", .. Blobs.Select(b => b.MediaType), .. Manifests.Select(m => m.MediaType)];

    /// <summary>The digest of the manifest it refers to.</summary>
    public string? Subject { get; private init; }

    /// <summary>Config and layers.</summary>
    public IReadOnlyList<StoredDescriptor> Blobs { get; private init; } = [];

    /// <summary>Children of an index.</summary>
    public IReadOnlyList<StoredDescriptor> Manifests { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; private init; } = new Dictionary<string, string>();

    public DateTimeOffset PushedAt { get; internal set; }

    /// <summary>When it was last served, or null.</summary>
    public DateTimeOffset? PulledAt { get; internal set; }

    /// <summary>In ECR's archive storage class until then, listed but not to be pulled; the end of time where no restore is under way.</summary>
    public DateTimeOffset ArchivedUntil { get; internal set; }

    public bool IsArchivedAt(DateTimeOffset now) => now < ArchivedUntil;

    public bool IsIndex => Manifests.Count > 0 || MediaType.Contains("index", StringComparison.Ordinal) || MediaType.Contains("manifest.list", StringComparison.Ordinal);

    /// <summary>What a referrers list says: the artifact type, else the config's media type.</summary>
    public string EffectiveArtifactType => string.IsNullOrEmpty(ArtifactType) ? ConfigMediaType : ArtifactType;

    /// <exception cref="JsonException">The bytes are not a manifest; the message says why.</exception>
    public static StoredManifest Parse(byte[] bytes, string mediaType, string digest)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("a manifest is a JSON object");
        if (Text(root, "mediaType") is { } own && mediaType.Length > 0 && own != mediaType)
        {
            throw new JsonException($"the manifest's mediaType '{own}' differs from the Content-Type '{mediaType}'");
        }

        var config = root.TryGetProperty("config", out var c) ? Descriptor(c) : null;
        var layers = List(root, "layers");
        return new StoredManifest(digest, mediaType.Length > 0 ? mediaType : Text(root, "mediaType") ?? "", bytes)
        {
            ArtifactType = Text(root, "artifactType"),
            ConfigMediaType = config?.MediaType ?? "",
            Subject = root.TryGetProperty("subject", out var subject) ? Descriptor(subject).Digest : null,
            Blobs = config is null ? layers : [config, .. layers],
            Manifests = List(root, "manifests"),
            Annotations = root.TryGetProperty("annotations", out var map)
                ? map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal)
                : new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    private static List<StoredDescriptor> List(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(Descriptor)] : [];

    private static StoredDescriptor Descriptor(JsonElement element)
    {
        var digest = Text(element, "digest") ?? "";
        if (!ContentDigest.IsValid(digest)) throw new JsonException($"'{digest}' is not a digest");
        var size = element.TryGetProperty("size", out var s) && s.TryGetInt64(out var value) && value >= 0 ? value : throw new JsonException($"the descriptor of {digest} has no size");
        var foreign = element.TryGetProperty("urls", out var urls) && urls.ValueKind == JsonValueKind.Array && urls.GetArrayLength() > 0;
        return new StoredDescriptor(digest, size, Text(element, "mediaType") ?? "", foreign);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
