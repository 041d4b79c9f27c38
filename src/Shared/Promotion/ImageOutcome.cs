namespace Promoter.Promotion;

/// <summary>How one image of a run ended.</summary>
public enum ImageOutcome
{
    /// <summary>It was there already.</summary>
    UpToDate,

    /// <summary>Content and tag were brought.</summary>
    Promoted,

    /// <summary>Only the tag was missing.</summary>
    Tagged,

    /// <summary>Another pod of a sharded run brings it.</summary>
    OtherShard,

    /// <summary>Its content may be at the target, its tag has not moved: another image failed, or the run was interrupted.</summary>
    NotCommitted,

    Failed,
}
