using Promoter.Admission.OnDemand;

namespace Promoter.Admission.Decisions;

/// <summary>What is done about one reference, the more serious the later.</summary>
internal enum DecisionKind
{
    /// <summary>No rule covers it.</summary>
    Untouched,

    /// <summary>The target has it.</summary>
    Present,

    /// <summary>The target did not have it and has it now.</summary>
    Promoted,

    /// <summary>The pod uses the source's image.</summary>
    Source,

    /// <summary>The pod passes although the image is not, or may not be, at the target.</summary>
    Allowed,

    /// <summary>The pod waits behind its gate.</summary>
    Gated,

    Denied,
}

/// <summary>How kinds are written: in metrics, audit annotations and on the status page.</summary>
internal static class DecisionKinds
{
    private static readonly string[] Names = [.. Enum.GetNames<DecisionKind>().Select(name => name.ToLowerInvariant())];

    public static string Name(this DecisionKind kind) => Names[(int)kind];
}

/// <param name="Text">The reference as the pod has it.</param>
/// <param name="Replacement">What to write instead; null: nothing.</param>
/// <param name="Reason">For a person; empty where there is nothing to say.</param>
internal sealed record ImageDecision(DecisionKind Kind, string Text, string? Replacement, string Reason)
{
    public PairedImage? Image { get; init; }

    /// <summary>Bytes that have to cross, where it is known.</summary>
    public long? Bytes { get; init; }
}
