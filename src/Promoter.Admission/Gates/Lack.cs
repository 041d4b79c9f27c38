using Promoter.Admission.OnDemand;

namespace Promoter.Admission.Gates;

/// <summary>What stands between a gated pod and its images.</summary>
/// <param name="Missing">What the target does not have.</param>
/// <param name="Reason">Why it is missing, for the pod's owner; empty where nothing is.</param>
/// <param name="Refusal">Why the pod may not have its images though they may be there; null where it may.</param>
internal sealed record Lack(IReadOnlyList<PairedImage> Missing, string Reason, string? Refusal);
