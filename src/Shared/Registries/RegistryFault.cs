namespace Promoter.Registries;

/// <summary>The kinds of failure that lead to different actions (DESIGN decision 5: never folded into each other).</summary>
public enum RegistryFault
{
    /// <summary>The answer breaks the protocol, or the request was refused as malformed. Repeating it will not help.</summary>
    Protocol,

    /// <summary>The manifest, blob or repository is not there (404).</summary>
    NotFound,

    /// <summary>No credential, a refused one, or a missing permission (401, 403).</summary>
    Denied,

    /// <summary>The registry asked us to slow down (429) until the retries were used up.</summary>
    Throttled,

    /// <summary>No connection, a reset, a time-out or a 5xx, until the retries were used up.</summary>
    Unreachable,

    /// <summary>Content does not have the digest or size by which it was asked for.</summary>
    Corrupt,

    /// <summary>The tag exists with another digest and may not move.</summary>
    TagConflict,

    /// <summary>The content is of a kind that is not copied (schema 1, oversized, contains itself); only building it anew helps.</summary>
    Unsupported,

    /// <summary>What was named as a target cannot be one: a folder that cannot be made or written to, or that holds something else.</summary>
    Unusable,

    /// <summary>The manifest names blobs or manifests that the registry does not have.</summary>
    ContentMissing,
}
