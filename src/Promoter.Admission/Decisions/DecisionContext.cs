using Promoter.Admission.Configuration;
using Promoter.Admission.OnDemand;

namespace Promoter.Admission.Decisions;

/// <summary>What all decisions about one pod share.</summary>
internal sealed record DecisionContext
{
    public required AdmissionConfig Config { get; init; }

    public required ImagePairing Pairing { get; init; }

    public required TimeBudget Budget { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Nothing may be started.</summary>
    public required bool IsDryRun { get; init; }

    /// <summary>Why this pod cannot be gated; null where it can.</summary>
    public required string? GateProblem { get; init; }

    /// <summary>A person waits for the answer (<c>kubectl debug</c>), the container can have no gate, and no controller is held up: a copy may take what the API server allows.</summary>
    public bool MayTakeAllOfTheBudget { get; init; }

    /// <summary>With whose credentials the source is read, and whether this pod may have the image at all.</summary>
    public required Func<PairedImage, CancellationToken, ValueTask<SourceAccess>> AccessFor { get; init; }
}
