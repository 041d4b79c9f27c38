using Promoter.Copying;
using Promoter.Oci;

namespace Promoter.Promotion;

/// <summary>One image that is to be at its target, and where it comes from.</summary>
public sealed record PromotionRequest(ImageReference Target, ImageReference Source)
{
    public ReferrerSelection Referrers { get; init; } = ReferrerSelection.All;

    /// <summary>Whether the target tag may move away from another digest.</summary>
    public bool MayMoveTag { get; init; }

    /// <summary>Refuse the image where nothing that is attached to it is a signature.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Ask the source also where the target has the image: something may have been attached to it since (a signature, the attestation of a scan).</summary>
    public bool RefreshReferrers { get; init; }

    /// <summary>The rule that covers it; empty for references given with source and target.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The tag that the target gets: none where the reference is by digest alone.</summary>
    public Tag? TargetTag => Target.Tag ?? (Target.Digest is null ? ImageReference.DefaultTag : null);

    /// <summary>The digest that is wanted, where it is known before the source is asked.</summary>
    public Digest? PinnedDigest => Target.Digest ?? Source.Digest;
}
