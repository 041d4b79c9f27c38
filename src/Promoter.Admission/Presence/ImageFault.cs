using Promoter.Registries;

namespace Promoter.Admission.Presence;

/// <summary>Why an image could not be found or brought: answers that are never folded into one another.</summary>
internal enum ImageFaultKind
{
    /// <summary>It is not there (404).</summary>
    Missing,

    /// <summary>No credential, or a refused one (401, 403).</summary>
    Denied,

    /// <summary>The registry asked us to slow down (429).</summary>
    Throttled,

    /// <summary>No answer in time, no connection, or 5xx.</summary>
    TimedOut,

    /// <summary>A rule, a quota or a limit of ours says no.</summary>
    Refused,

    /// <summary>Anything else: a tag conflict, a corrupt manifest.</summary>
    Failed,
}

/// <param name="Message">One sentence for a person.</param>
internal sealed record ImageFault(ImageFaultKind Kind, Side Side, string Message)
{
    /// <summary>Whether the same attempt may succeed later without anybody doing anything.</summary>
    public bool IsTransient => Kind is ImageFaultKind.Throttled or ImageFaultKind.TimedOut;
}
