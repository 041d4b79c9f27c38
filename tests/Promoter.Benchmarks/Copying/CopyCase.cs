namespace Promoter.Benchmarks.Copying;

/// <summary>In which state the target is, and how images are named.</summary>
internal enum CopyCase
{
    /// <summary>The target is empty.</summary>
    Cold,

    /// <summary>Everything is there, and the images are named by their tags.</summary>
    Unchanged,

    /// <summary>Everything is there, and the images are named by their digests.</summary>
    UnchangedByDigest,
}
