namespace Promoter.Oci;

/// <summary>A pointer to content: media type, digest and size (OCI image-spec, descriptor.md).</summary>
/// <param name="MediaType">As it stands in the parent; parameters are kept.</param>
/// <param name="Size">In bytes.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    public string? ArtifactType { get; init; }

    public Platform? Platform { get; init; }

    /// <summary>Where a foreign layer can be had; a registry need not store it.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyAnnotations;

    /// <summary>The content itself where the parent embeds it (<c>data</c>), verified against the digest; else null.</summary>
    public ReadOnlyMemory<byte>? EmbeddedContent { get; init; }

    internal static IReadOnlyDictionary<string, string> EmptyAnnotations { get; } = new Dictionary<string, string>(0);

    /// <summary>Two descriptors are equal when they point to the same content in the same way.</summary>
    public bool Equals(Descriptor? other) =>
        other is not null && Digest == other.Digest && Size == other.Size && string.Equals(MediaType, other.MediaType, StringComparison.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Digest, Size, MediaType);
}
