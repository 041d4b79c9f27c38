using Promoter.Admission.Configuration;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Pods;
using Promoter.Admission.Telemetry;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Gates;

/// <summary>
/// Takes the gate away from a pod that lacks nothing or whose deadline has come; until then it tells the pod, by an Event and its condition, what it waits for.
/// </summary>
internal sealed partial class GateRelease(Cluster cluster, EventQueue events, AdmissionMeters meters, TimeProvider time, ILogger<GateRelease> logger)
{
    /// <summary>Judges a pod by what it lacks.</summary>
    /// <returns>False where it is gated no more.</returns>
    public async Task<bool> StillWaitsAsync(GatedPod pod, Lack lack, GateConfig config, CancellationToken cancellationToken)
    {
        var (waits, removes) = (true, false);
        try
        {
            var isLate = time.GetUtcNow() >= (pod.Until ?? pod.Since + config.Deadline);
            // A deadline is no way around the proof that a pod may have its image.
            if (lack.Refusal is { } refusal) await TellAsync(pod, isLate ? "DeadlineExceeded" : "Refused", refusal, cancellationToken);
            else if (lack.Missing.Count > 0 && !isLate) await TellAsync(pod, "Promoting", lack.Reason, cancellationToken);
            else if (lack.Missing.Count > 0 && config.OnDeadline is DeadlineAnswer.Keep) await TellAsync(pod, "DeadlineExceeded", $"kept gated: {lack.Reason}", cancellationToken);
            else
            {
                removes = true;
                var released = await ReleaseAsync(pod, config.OnDeadline is DeadlineAnswer.Source ? SourcesOf(pod, lack.Missing) : [], cancellationToken);
                (waits, removes) = (false, false);
                if (released) await TellOfReleaseAsync(pod, isPromoted: lack.Missing.Count == 0, cancellationToken);
            }
        }
        catch (KubernetesException e) when (pod.Told != e.Message)
        {
            // A policy of the cluster may refuse the change for good. That is for the pod's owner to know, and once is enough: this runs every few seconds.
            pod.Told = e.Message;
            LogFailed(logger, pod.Facts.Namespace, pod.Facts.Name, e.Message);
            if (removes && (e.IsDenied || e.IsInvalid)) events.Add(pod.Reference, EventSeverity.Warning, "GateStuck", $"the scheduling gate could not be removed: {e.Message}");
        }
        catch (KubernetesException)
        {
            // Said already.
        }

        return waits;
    }

    /// <summary>Images of containers can be changed while a pod is gated, those of volumes never.</summary>
    private static Dictionary<string, string> SourcesOf(GatedPod pod, IReadOnlyList<PairedImage> missing)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in pod.Images.Where(field => field.Field is not ImageField.ImageVolume))
        {
            if (ImageReference.TryParse(field.Text, out var reference) && missing.FirstOrDefault(image => image.Target == reference) is { } image) sources[field.Pointer] = image.Source.ToString();
        }

        return sources;
    }

    /// <returns>False where somebody else has removed the gate.</returns>
    private async Task<bool> ReleaseAsync(GatedPod pod, Dictionary<string, string> images, CancellationToken cancellationToken)
    {
        try
        {
            return await GatedPods.ReleaseAsync(cluster.Client, pod.Object, images, cancellationToken);
        }
        catch (KubernetesException e) when (images.Count > 0 && (e.IsDenied || e.IsInvalid))
        {
            // Released with an image that is missing it can at least say so; gated for ever it cannot.
            events.Add(pod.Reference, EventSeverity.Warning, "GateDeadline", $"the source's images could not be put in (policies.limitServiceAccount.mayChangeImages in the chart): {e.Message}");
            return await GatedPods.ReleaseAsync(cluster.Client, pod.Object, new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
        }
    }

    private async Task TellOfReleaseAsync(GatedPod pod, bool isPromoted, CancellationToken cancellationToken)
    {
        var reason = isPromoted ? "promoted" : "deadline";
        meters.Released(reason);
        if (isPromoted) events.Add(pod.Reference, EventSeverity.Normal, "ImagesPromoted", "all images are at the target: the scheduling gate is removed");
        else events.Add(pod.Reference, EventSeverity.Warning, "GateDeadline", "the scheduling gate is removed at its deadline although an image is missing");
        LogReleased(logger, pod.Facts.Namespace, pod.Facts.Name, reason, (time.GetUtcNow() - pod.Since).TotalSeconds);
        await GateCondition.WriteAsync(
            cluster.Client, pod.Object, isPromoted, isPromoted ? "Promoted" : "DeadlineExceeded", isPromoted ? "all images are at the target" : "released at its deadline", time.GetUtcNow(), cancellationToken);
    }

    private async Task TellAsync(GatedPod pod, string reason, string message, CancellationToken cancellationToken)
    {
        if (pod.Told == message) return;
        pod.Told = message;
        var (severity, name) = reason switch
        {
            "Promoting" => (EventSeverity.Normal, "ImagePending"),
            "Refused" => (EventSeverity.Warning, "ImageRefused"),
            _ => (EventSeverity.Warning, "GateDeadline"),
        };
        events.Add(pod.Reference, severity, name, message);
        await GateCondition.WriteAsync(cluster.Client, pod.Object, isPromoted: false, reason, message, time.GetUtcNow(), cancellationToken);
    }

    [LoggerMessage(5431, LogLevel.Information, "Released pod {Namespace}/{Pod} ({Reason}) after {Seconds:0} s")]
    private static partial void LogReleased(ILogger logger, string @namespace, string pod, string reason, double seconds);

    [LoggerMessage(5432, LogLevel.Warning, "The gated pod {Namespace}/{Pod} could not be written: {Problem}")]
    private static partial void LogFailed(ILogger logger, string @namespace, string pod, string problem);
}
