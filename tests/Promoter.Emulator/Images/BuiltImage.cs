using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Images;

/// <summary>A manifest with everything below it, ready to be pushed or compared.</summary>
public sealed class BuiltImage
{
    internal BuiltImage(string mediaType, byte[] bytes, string algorithm)
    {
        MediaType = mediaType;
        Bytes = bytes;
        Digest = ContentDigest.Of(bytes, algorithm);
    }

    public string Digest { get; }

    public string MediaType { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Null for indexes and artifacts.</summary>
    public ImagePlatform? Platform { get; internal init; }

    public string? ArtifactType { get; internal init; }

    public IReadOnlyList<BuiltImage> Children { get; internal init; } = [];

    /// <summary>Config and layers of this manifest alone, by digest; foreign layers are not among them.</summary>
    public IReadOnlyDictionary<string, BlobContent> Blobs { get; internal init; } = new Dictionary<string, BlobContent>();

    /// <summary>The manifest and all below it, children before parents, each once.</summary>
    public IReadOnlyList<BuiltImage> AllManifests() => [.. Children.SelectMany(c => c.AllManifests()).Append(this).DistinctBy(m => m.Digest)];

    /// <summary>The blobs of all manifests, each once.</summary>
    public IReadOnlyDictionary<string, BlobContent> AllBlobs() =>
        AllManifests().SelectMany(m => m.Blobs).DistinctBy(b => b.Key).ToDictionary(b => b.Key, b => b.Value, StringComparer.Ordinal);

    internal JsonObject Describe()
    {
        var descriptor = new JsonObject { ["mediaType"] = MediaType, ["digest"] = Digest, ["size"] = Bytes.Length };
        if (ArtifactType is not null) descriptor["artifactType"] = ArtifactType;
        if (Platform is not null) descriptor["platform"] = Platform.ToJson();
        return descriptor;
    }
}
