using Promoter.Admission.OnDemand;

namespace Promoter.Admission.Decisions;

/// <summary>What the rules say of a reference in a pod.</summary>
internal abstract record Pairing
{
    private Pairing()
    {
    }

    public sealed record Covered(PairedImage Image) : Pairing;

    /// <summary>A rule covers the repository and refuses the tag.</summary>
    public sealed record Refused(PairedImage Image, string Reason) : Pairing;

    /// <summary>Not ours.</summary>
    public sealed record NotCovered(string Reason) : Pairing;
}
