namespace Promoter.Registries;

/// <summary>How a blob came to be at the target.</summary>
public enum BlobOutcome
{
    /// <summary>It was there before.</summary>
    AlreadyPresent,

    /// <summary>Its bytes crossed from source to target.</summary>
    Copied,

    /// <summary>The target registry linked it from another of its repositories; no bytes crossed.</summary>
    Mounted,
}
