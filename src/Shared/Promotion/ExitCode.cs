namespace Promoter.Promotion;

/// <summary>The process's exit codes: a contract with the PreSync job's <c>podFailurePolicy</c> and with Argo CD's users.</summary>
public enum ExitCode
{
    Done = 0,
    Unexpected = 1,

    /// <summary>Wrong flags, references, manifests or configuration, or a target that is not set up.</summary>
    Usage = 2,

    MissingAtSource = 3,
    AccessDenied = 4,
    TagConflict = 5,

    /// <summary>Throttled or unreachable after all retries; the only failure that running again may cure by itself.</summary>
    Unavailable = 6,

    Interrupted = 7,
    Refused = 8,
}
