using Promoter.Copying;
using Promoter.Oci;

namespace Promoter.Promotion;

/// <summary>One image of a finished run.</summary>
public sealed record ReportedImage(PromotionRequest Request, ImageOutcome Outcome)
{
    public Digest? Digest { get; init; }

    public Digest? PreviousDigest { get; init; }

    /// <summary>Bytes of this image that crossed from source to target.</summary>
    public long BytesCopied { get; init; }

    public int BlobsCopied { get; init; }

    public int BlobsMounted { get; init; }

    public int ManifestsPushed { get; init; }

    /// <summary>Layers that clients fetch from elsewhere and that were therefore not copied.</summary>
    public int ForeignLayers { get; init; }

    public Exception? Failure { get; init; }
}

/// <summary>What a run did: every image with its outcome, and every tag that moved, so that it can be moved back.</summary>
public sealed record PromotionReport(IReadOnlyList<ReportedImage> Images, IReadOnlyList<SkippedImage> Skipped, IReadOnlyList<CommittedTag> Tags, TimeSpan Duration)
{
    public bool Interrupted { get; init; }

    public long BytesCopied => Images.Sum(i => i.BytesCopied);

    public ExitCode ExitCode => Interrupted ? ExitCode.Interrupted : ExitCodes.OfAll(Images.Select(i => i.Failure).OfType<Exception>());
}
