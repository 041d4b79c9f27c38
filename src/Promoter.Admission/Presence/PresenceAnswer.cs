using Promoter.Oci;

namespace Promoter.Admission.Presence;

/// <summary>What the target registry says about one reference.</summary>
internal abstract record PresenceAnswer
{
    private PresenceAnswer()
    {
    }

    /// <summary>It can be pulled, and this is what it is.</summary>
    public sealed record Present(Digest Digest) : PresenceAnswer;

    /// <summary>404: neither tag nor digest, or no such repository.</summary>
    public sealed record Missing : PresenceAnswer
    {
        public static readonly Missing Instance = new();
    }

    /// <summary>It is not known whether it is there.</summary>
    public sealed record Unknown(ImageFault Fault) : PresenceAnswer;
}
