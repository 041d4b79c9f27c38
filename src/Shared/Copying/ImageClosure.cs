using Promoter.Oci;

namespace Promoter.Copying;

/// <summary>Everything that an image is made of: its manifests, their blobs, and what is attached to it.</summary>
public sealed record ImageClosure
{
    public required Manifest Root { get; init; }

    /// <summary>All manifests in the order in which they may be pushed: children before parents, subjects before what refers to them.</summary>
    public required IReadOnlyList<Manifest> Manifests { get; init; }

    /// <summary>All blobs that a registry stores, each once.</summary>
    public required IReadOnlyList<Descriptor> Blobs { get; init; }

    /// <summary>Layers that clients fetch from elsewhere; they are not copied.</summary>
    public IReadOnlyList<Descriptor> ForeignLayers { get; init; } = [];

    /// <summary>Cosign's tags (<c>sha256-….sig</c>, <c>.att</c>, <c>.sbom</c>) and what they point to.</summary>
    public IReadOnlyList<AttachedTag> AttachedTags { get; init; } = [];

    /// <summary>The manifests among <see cref="Manifests"/> that refer to another one (OCI 1.1 <c>subject</c>).</summary>
    public IEnumerable<Manifest> Referrers => Manifests.Where(m => m.Subject is not null);

    /// <summary>Whether the root itself is signed (<see cref="Signatures"/>); a signature of a child or of an SBOM says nothing about it.</summary>
    public bool IsSigned =>
        AttachedTags.Any(t => t.Tag == Signatures.TagOf(Root.Digest)) || Referrers.Any(r => r.Subject!.Digest == Root.Digest && Signatures.IsType(r.EffectiveArtifactType));
}

/// <summary>A tag that attaches an artifact to an image by its name.</summary>
public sealed record AttachedTag(Tag Tag, Manifest Manifest)
{
    /// <summary>Whether what this tag names elsewhere has everything already. Cosign appends signatures to it; what the target has beyond the source must not be lost.</summary>
    public bool IsHeldBy(Manifest? current) =>
        current is not null && (current.Digest == Manifest.Digest || (Manifest.Blobs.Count > 1 && !Manifest.IsIndex && Manifest.Blobs.Skip(1).All(current.Blobs.Contains)));
}
