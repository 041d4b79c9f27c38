using Promoter.Admission.Access;
using Promoter.Admission.Configuration;
using Promoter.Admission.Gates;
using Promoter.Admission.Hosting;
using Promoter.Admission.Pods;
using Promoter.Admission.Reviews;
using Promoter.Admission.Telemetry;
using Promoter.Kubernetes;

namespace Promoter.Admission.Decisions;

/// <summary>Answers one review: which images, one decision per distinct reference, one patch.</summary>
internal sealed class PodAdmission(
    AdmissionState state,
    ImageDecider decider,
    SourceAccesses accesses,
    IGateGuard guard,
    IDebuggedPods debuggedPods,
    DecisionLog log,
    EventQueue events,
    AdmissionMeters meters,
    TimeProvider time)
{
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var config = state.Current.Config;
        var images = ImagesOf(request);
        if (images.Count == 0 || state.IsExcluded(request.Namespace)) return AdmissionAnswer.Untouched;
        var pod = PodFacts.Read(request.Object, request.Namespace);
        if (pod.IsMirror || (pod.WantsToBeIgnored && config.AllowOptOut)) return AdmissionAnswer.Untouched;

        var context = new DecisionContext
        {
            Config = config,
            Pairing = state.Current.Pairing,
            Budget = new TimeBudget(timeout, time),
            Namespace = request.Namespace,
            IsDryRun = request.IsDryRun || config.Observe,
            GateProblem = GateProblem(request, pod, config),
            MayTakeAllOfTheBudget = request.IsEphemeralContainerUpdate,
            AccessFor = (image, ct) => accesses.ForAsync(image, pod, config, ct),
        };
        var decisions = await DecideAsync(images, context, cancellationToken);
        foreach (var decision in decisions) meters.Decided(decision.Kind);
        if (decisions.All(decision => decision.Kind is DecisionKind.Untouched)) return AdmissionAnswer.Untouched;

        log.Add(request, pod, decisions);
        if (!context.IsDryRun)
        {
            Tell(pod.Owner, decisions);
            var mayRun = decisions.Any(decision => decision.Kind is DecisionKind.Present or DecisionKind.Promoted or DecisionKind.Allowed);
            if (request.IsEphemeralContainerUpdate && mayRun) debuggedPods.Add(pod.Namespace, pod.Name);
        }

        return config.Observe ? AnswerComposer.Observe(decisions) : AnswerComposer.Compose(images, decisions, pod, request, config, time.GetUtcNow());
    }

    // The pod has no name yet, so that its controller is told.
    private void Tell(ObjectReference? owner, IReadOnlyList<ImageDecision> decisions)
    {
        if (owner is null) return;
        foreach (var decision in decisions)
        {
            if (decision.Kind is DecisionKind.Gated) events.Add(owner, EventSeverity.Normal, "ImagePending", decision.Reason);
            else if (decision.Kind is DecisionKind.Promoted) events.Add(owner, EventSeverity.Normal, "ImagePromoted", $"{decision.Image?.Short} was promoted on demand");
            else if (decision.Reason.Length > 0 && decision.Kind is DecisionKind.Source or DecisionKind.Allowed or DecisionKind.Denied) events.Add(owner, EventSeverity.Warning, "ImageMissing", decision.Reason);
        }
    }

    private static IReadOnlyList<PodImage> ImagesOf(AdmissionRequest request)
    {
        if (request.IsPodCreation) return PodImages.List(request.Object);
        return request.IsEphemeralContainerUpdate ? PodImages.ListAddedEphemeral(request.Object, request.OldObject) : [];
    }

    private string? GateProblem(AdmissionRequest request, PodFacts pod, AdmissionConfig config)
    {
        if (!config.Gate.Enabled) return "gates are switched off";
        if (request.IsEphemeralContainerUpdate) return "the pod runs already";
        if (pod.NodeName is { } node) return $"the pod is bound to node {node}";
        return guard.Problem;
    }

    private async Task<IReadOnlyList<ImageDecision>> DecideAsync(IReadOnlyList<PodImage> images, DecisionContext context, CancellationToken cancellationToken)
    {
        var texts = images.Select(image => image.Text).Distinct(StringComparer.Ordinal);
        return await Task.WhenAll(texts.Select(text => DecideAsync(text, context, cancellationToken)));
    }

    private async Task<ImageDecision> DecideAsync(string text, DecisionContext context, CancellationToken cancellationToken)
    {
        using var span = AdmissionTraces.Decision();
        var decision = await decider.DecideAsync(text, context, cancellationToken);
        span.Decided(decision);
        return decision;
    }
}
