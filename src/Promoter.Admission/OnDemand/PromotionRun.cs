using Promoter.Admission.Presence;
using Promoter.Oci;

namespace Promoter.Admission.OnDemand;

/// <summary>How a run ended: with the digest that the target has now, or with the reason why it has none.</summary>
internal sealed record PromotionOutcome(Digest? Digest, ImageFault? Fault)
{
    /// <summary>Whether somebody else, another replica most often, had brought the image when this run's turn came.</summary>
    public bool WasThere { get; private init; }

    /// <summary>The word for metrics: done, found, or the kind of fault.</summary>
    public string Name => Fault is { } fault ? fault.Kind.ToString().ToLowerInvariant() : WasThere ? "found" : "done";

    public static PromotionOutcome Done(Digest digest) => new(digest, null);

    public static PromotionOutcome Found(Digest digest) => new(digest, null) { WasThere = true };

    public static PromotionOutcome Failed(ImageFault fault) => new(null, fault);
}

/// <summary>One image on its way to the target. Whoever wants it may await it; nobody who stops waiting stops it.</summary>
internal sealed class PromotionRun(PairedImage image, string requester, DateTimeOffset started)
{
    private readonly TaskCompletionSource<PlanAnswer> _planned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PromotionOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PlanAnswer.Planned? _plan;
    private long _moved;

    public PairedImage Image => image;

    /// <summary>The namespace that asked first, for quotas and the status page.</summary>
    public string Requester => requester;

    public DateTimeOffset Started => started;

    /// <summary>What is done right now: planning, waiting, copying.</summary>
    public string Phase { get; set; } = "planning";

    /// <summary>Ends when it is known how much has to cross, or that it cannot.</summary>
    public Task<PlanAnswer> Planned => _planned.Task;

    public Task<PromotionOutcome> Completion => _completion.Task;

    /// <summary>How it ended; null as long as it is under way.</summary>
    public PromotionOutcome? Outcome { get; private set; }

    /// <summary>Bytes that have to cross; null until that is known, or where it cannot be done.</summary>
    public long? MissingBytes => _plan?.Promotion.MissingBytes;

    public long BytesMoved => Interlocked.Read(ref _moved);

    public void Move(long bytes) => Interlocked.Add(ref _moved, bytes);

    public void SetPlanned(PlanAnswer.Planned plan)
    {
        _plan = plan;
        _planned.TrySetResult(plan);
    }

    public void Complete(PromotionOutcome outcome)
    {
        if (outcome.Fault is { } fault) _planned.TrySetResult(new PlanAnswer.Impossible(fault));
        Outcome = outcome;
        _completion.TrySetResult(outcome);
    }
}
