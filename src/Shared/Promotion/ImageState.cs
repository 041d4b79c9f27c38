namespace Promoter.Promotion;

/// <summary>What a plan says has to be done for one image.</summary>
public enum ImageState
{
    /// <summary>The tag points to the digest: nothing to do.</summary>
    UpToDate,

    /// <summary>The content is at the target; only the tag is missing.</summary>
    TagMissing,

    /// <summary>Content has to be copied.</summary>
    ToCopy,

    /// <summary>It cannot be promoted; <see cref="PlannedImage.Failure"/> says why.</summary>
    Failed,
}
