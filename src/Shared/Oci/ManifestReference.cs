namespace Promoter.Oci;

/// <summary>What <c>/v2/NAME/manifests/REFERENCE</c> takes: a tag or a digest.</summary>
public readonly record struct ManifestReference
{
    private ManifestReference(Tag? tag, Digest? digest)
    {
        Tag = tag;
        Digest = digest;
    }

    public Tag? Tag { get; }

    public Digest? Digest { get; }

    public static ManifestReference Of(Tag tag) => new(tag, null);

    public static ManifestReference Of(Digest digest) => new(null, digest);

    public override string ToString() => Digest?.ToString() ?? Tag?.ToString() ?? "";
}
