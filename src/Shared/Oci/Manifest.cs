namespace Promoter.Oci;

/// <summary>
/// A manifest or index as a registry stores it: the exact bytes, their media type and digest, and the descriptors inside. The bytes are
/// never re-serialised (DESIGN decision 2). Obtained by <see cref="ManifestReader.Read"/>.
/// </summary>
public sealed class Manifest
{
    internal Manifest(string mediaType, Digest digest, ReadOnlyMemory<byte> bytes)
    {
        MediaType = mediaType;
        Digest = digest;
        Bytes = bytes;
    }

    public string MediaType { get; }

    public Digest Digest { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public long Size => Bytes.Length;

    /// <summary>Child manifests; empty for an image manifest.</summary>
    public IReadOnlyList<Descriptor> Manifests { get; internal init; } = [];

    /// <summary>Config (first, where there is one) and layers; empty for an index.</summary>
    public IReadOnlyList<Descriptor> Blobs { get; internal init; } = [];

    public Descriptor? Config { get; internal init; }

    /// <summary>The manifest that this one refers to, for signatures, SBOMs and other attached artifacts.</summary>
    public Descriptor? Subject { get; internal init; }

    public string? ArtifactType { get; internal init; }

    public IReadOnlyDictionary<string, string> Annotations { get; internal init; } = Descriptor.EmptyAnnotations;

    public bool IsIndex => MediaTypes.IsIndex(MediaType);

    /// <summary>What a referrers list says of this manifest: its artifact type, else its config's media type (distribution-spec, "Listing Referrers").</summary>
    public string? EffectiveArtifactType => ArtifactType ?? Config?.MediaType;

    public Descriptor ToDescriptor() => new(MediaType, Digest, Size) { ArtifactType = EffectiveArtifactType, Annotations = Annotations };
}
