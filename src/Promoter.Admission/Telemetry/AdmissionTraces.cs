using System.Diagnostics;
using Promoter.Admission.Decisions;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Reviews;

namespace Promoter.Admission.Telemetry;

/// <summary>The webhook's spans: a review, below it a decision per image, below that a promotion, and below that the registries' requests.</summary>
internal static class AdmissionTraces
{
    public static readonly ActivitySource Source = new(AdmissionMeters.Name);

    /// <summary>The span of a review; part of the API server's trace where that sent one.</summary>
    public static Activity? Review(AdmissionRequest request, IHeaderDictionary headers)
    {
        if (!Source.HasListeners()) return null;
        // The web framework's own span is not exported: what hangs below it would have no parent.
        Activity.Current = null;
        _ = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var caller);
        return Source.StartActivity("review", ActivityKind.Server, caller)?
            .SetTag("k8s.namespace.name", request.Namespace).SetTag("promoter.operation", request.Operation.ToString()).SetTag("promoter.dry_run", request.IsDryRun);
    }

    public static void Answered(this Activity? review, AdmissionAnswer answer)
    {
        review?.SetTag("promoter.allowed", answer.Refusal is null);
        if (answer.Refusal is { } refusal) review?.SetStatus(ActivityStatusCode.Error, refusal);
    }

    /// <summary>The span of one decision.</summary>
    public static Activity? Decision() => Source.StartActivity("decide");

    public static void Decided(this Activity? span, ImageDecision decision)
    {
        if (span is null) return;
        span.SetTag("promoter.image", decision.Text).SetTag("promoter.decision", decision.Kind.ToString()).SetTag("promoter.rule", decision.Image?.Rule);
        if (decision.Reason.Length > 0) span.SetTag("promoter.reason", decision.Reason);
    }

    /// <summary>The span of an on-demand promotion; it goes on when the review that wanted it has long been answered.</summary>
    public static Activity? Promotion(PromotionRun run) => Source.HasListeners()
        ? Source.StartActivity("promote")?.SetTag("promoter.image", run.Image.Target.ToString()).SetTag("promoter.source", run.Image.Source.ToString()).SetTag("promoter.rule", run.Image.Rule)
        : null;

    public static void Ended(this Activity? promotion, PromotionRun run, PromotionOutcome outcome)
    {
        promotion?.SetTag("promoter.digest", outcome.Digest?.ToString()).SetTag("promoter.bytes", run.BytesMoved);
        if (outcome.Fault is { } fault) promotion?.SetTag("error.type", fault.Kind.ToString()).SetStatus(ActivityStatusCode.Error, fault.Message);
    }
}
