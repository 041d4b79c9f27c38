using Promoter.Copying;
using Promoter.Oci;

namespace Promoter.Promotion;

/// <summary>One image of a plan: what was found out about it, and what is to be done.</summary>
public sealed record PlannedImage(PromotionRequest Request, ImageState State)
{
    /// <summary>The digest that the target will have; null where the image failed before it was known.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Where the target tag pointed when the plan was made.</summary>
    public Digest? PreviousDigest { get; init; }

    /// <summary>The work; null where there is none.</summary>
    public ImageCopy? Copy { get; init; }

    /// <summary>Whether the target repository has to be created first.</summary>
    public bool RepositoryMissing { get; init; }

    public Exception? Failure { get; init; }
}
