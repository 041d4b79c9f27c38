using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Admission.Access;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Admission.Telemetry;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Gates;

/// <summary>
/// Releases gated pods when their images are there. The gated pods are the queue: whichever replica leads finds what they lack, brings it (or waits for the
/// replica that does), and takes the gate away. Runs at every event, and every few seconds in case one was lost.
/// </summary>
internal sealed partial class GateController(
    Cluster cluster,
    AdmissionState state,
    Leadership leadership,
    LeaseBoard board,
    OnDemandPromotions onDemand,
    PresenceCache presence,
    SourceAccesses accesses,
    EventQueue events,
    AdmissionMeters meters,
    TimeProvider time,
    ILogger<GateController> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(10);
    private const int Parallelism = 10;

    /// <summary>A copy that nobody could resume for so long is nobody's any more.</summary>
    private static readonly TimeSpan AbandonedFor = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, GatedPod> _pods = new(StringComparer.Ordinal);
    private readonly RetrySchedule _retries = new(time);
    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Pods that wait, oldest first.</summary>
    public IReadOnlyList<GatedPod> Waiting => [.. _pods.Values.OrderBy(pod => pod.Since)];

    /// <summary>Takes note of a pod; called by the watch.</summary>
    public void Observe(JsonObject pod)
    {
        if (GatedPods.IsGated(pod) && pod.At("metadata", "deletionTimestamp") is null) _pods.AddOrUpdate(pod.Uid(), _ => GatedPod.Read(pod, time.GetUtcNow()), (_, before) => GatedPod.Read(pod, before.Since) with { Told = before.Told });
        else _pods.TryRemove(pod.Uid(), out _);
        Wake();
    }

    public void Forget(string uid) => _pods.TryRemove(uid, out _);

    /// <summary>What is not among these exists no longer.</summary>
    public void Keep(IReadOnlySet<string> uids)
    {
        foreach (var uid in _pods.Keys.Where(uid => !uids.Contains(uid))) _pods.TryRemove(uid, out _);
    }

    public void Wake()
    {
        lock (_signal)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        onDemand.OnEnded((run, outcome) =>
        {
            _retries.Ended(run.Image.Target, outcome.Fault);
            Wake();
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            if (leadership.IsLeader) await TryReconcileAsync(stoppingToken);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(_signal.WaitAsync(pause.Token), Task.Delay(Interval, time, pause.Token));
            await pause.CancelAsync();
        }
    }

    private async Task TryReconcileAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The edge of this loop: whatever one round met, pods still wait for the next.
            LogBroken(logger, e);
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        var settings = state.Current;
        await ResumeAbandonedAsync(settings, cancellationToken);
        var waiting = Waiting;
        var needed = waiting.ToDictionary(pod => pod.Uid, pod => Needs(pod, settings.Pairing), StringComparer.Ordinal);
        var images = needed.Values.SelectMany(all => all).DistinctBy(image => image.Target).ToList();
        var present = new ConcurrentDictionary<ImageReference, bool>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(images, options, async (image, token) =>
            present[image.Target] = await presence.GetAsync(image.Target, LookUpPatience, token) is PresenceAnswer.Present);

        foreach (var pod in waiting)
        {
            foreach (var image in needed[pod.Uid].Where(image => !present[image.Target])) await BringAsync(image, pod, settings.Config, cancellationToken);
        }

        await Parallel.ForEachAsync(waiting, options, async (pod, token) =>
            await TryJudgeAsync(pod, await LackAsync(needed[pod.Uid], pod, present, settings.Config, token), settings.Config.Gate, token));
    }

    /// <summary>What stands between a pod and its images. What the target has is not for everybody where pods read the source with their own credentials.</summary>
    private async Task<Lack> LackAsync(
        List<PairedImage> needed, GatedPod pod, ConcurrentDictionary<ImageReference, bool> present, AdmissionConfig config, CancellationToken cancellationToken)
    {
        var missing = needed.FindAll(image => !present[image.Target]);
        foreach (var image in needed)
        {
            if ((await accesses.ForAsync(image, pod.Facts, config, cancellationToken)).Refusal is { } refusal) return new Lack(missing, refusal.Message);
        }

        return new Lack(missing, null);
    }

    /// <summary>Copies that a replica left behind, by signal or by death, and that no gated pod may be waiting for.</summary>
    private async Task ResumeAbandonedAsync(AdmissionSettings settings, CancellationToken cancellationToken)
    {
        foreach (var seen in board.All.Where(seen => seen.Lease.Object.Label(LeaseMarks.Kind) is LeaseMarks.Promotion && board.IsAbandoned(seen)))
        {
            if (time.GetUtcNow() - seen.ChangedAt >= AbandonedFor)
            {
                await _leases.DeleteAsync(seen.Lease, cancellationToken);
                continue;
            }

            // The rules say where it comes from, whatever the Lease claims.
            if (!ImageReference.TryParse(seen.Lease.Annotation(LeaseMarks.Target), out var target) || settings.Pairing.Find(target) is not Pairing.Covered { Image: var image }) continue;
            // A copy with a pod's credentials is resumed for that pod, or not at all.
            if (!settings.Config.UsesPullSecrets(image.Rule) && _retries.IsDue(target)) onDemand.Start(image, seen.Lease.Annotation(LeaseMarks.Requester) ?? "", SourceAccess.OfRule);
        }
    }

    private static List<PairedImage> Needs(GatedPod pod, ImagePairing pairing) =>
    [
        .. pod.Images.Select(image => ImageReference.TryParse(image.Text, out var reference) && pairing.Find(reference) is Pairing.Covered covered ? covered.Image : null)
            .OfType<PairedImage>().Where(image => !image.NamesSource).DistinctBy(image => image.Target),
    ];

    private async Task BringAsync(PairedImage image, GatedPod pod, AdmissionConfig config, CancellationToken cancellationToken)
    {
        if (!_retries.IsDue(image.Target)) return;
        var access = await accesses.ForAsync(image, pod.Facts, config, cancellationToken);
        if (access.Refusal is { } refusal) _retries.Ended(image.Target, refusal);
        else onDemand.Start(image, pod.Facts.Namespace, access);
    }

    private async Task TryJudgeAsync(GatedPod pod, Lack lack, GateConfig config, CancellationToken cancellationToken)
    {
        try
        {
            await JudgeAsync(pod, lack, config, cancellationToken);
        }
        catch (KubernetesException e) when (pod.Told != e.Message)
        {
            // A policy of the cluster may refuse the change for good. That is for the pod's owner to know, and once is enough: this runs every few seconds.
            pod.Told = e.Message;
            LogFailed(logger, pod.Facts.Namespace, pod.Facts.Name, e.Message);
            if (e.IsDenied || e.IsInvalid) events.Add(pod.Reference, EventSeverity.Warning, "GateStuck", $"the scheduling gate could not be removed: {e.Message}");
        }
        catch (KubernetesException)
        {
            // Said already.
        }
    }

    private async Task JudgeAsync(GatedPod pod, Lack lack, GateConfig config, CancellationToken cancellationToken)
    {
        var isLate = time.GetUtcNow() >= (pod.Until ?? pod.Since + config.Deadline);
        // A deadline is no way around the proof that a pod may have its image.
        if (lack.Refusal is { } refusal) await TellAsync(pod, isLate ? "DeadlineExceeded" : "Refused", refusal, cancellationToken);
        else if (lack.Missing.Count == 0) await ReleaseAsync(pod, "promoted", [], cancellationToken);
        else if (!isLate) await TellAsync(pod, "Promoting", Explain(lack.Missing), cancellationToken);
        else if (config.OnDeadline is DeadlineAnswer.Keep) await TellAsync(pod, "DeadlineExceeded", $"kept gated: {Explain(lack.Missing)}", cancellationToken);
        else await ReleaseAsync(pod, "deadline", config.OnDeadline is DeadlineAnswer.Source ? SourcesOf(pod, lack.Missing) : [], cancellationToken);
    }

    private string Explain(IReadOnlyList<PairedImage> missing) =>
        string.Join("; ", missing.Select(image => _retries.LastFault(image.Target)?.Message ?? $"{image.Short} is being promoted"));

    /// <summary>Images of containers can be changed while a pod is gated, those of volumes never.</summary>
    private static Dictionary<string, string> SourcesOf(GatedPod pod, IReadOnlyList<PairedImage> missing)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in pod.Images.Where(field => field.Field is not Pods.ImageField.ImageVolume))
        {
            if (ImageReference.TryParse(field.Text, out var reference) && missing.FirstOrDefault(image => image.Target == reference) is { } image) sources[field.Pointer] = image.Source.ToString();
        }

        return sources;
    }

    private async Task ReleaseAsync(GatedPod pod, string reason, Dictionary<string, string> images, CancellationToken cancellationToken)
    {
        var released = await TryReleaseAsync(pod, images, cancellationToken);
        Forget(pod.Uid);
        if (!released) return;
        meters.Released(reason);
        if (reason is "promoted") events.Add(pod.Reference, EventSeverity.Normal, "ImagesPromoted", "all images are at the target: the scheduling gate is removed");
        else events.Add(pod.Reference, EventSeverity.Warning, "GateDeadline", "the scheduling gate is removed at its deadline although an image is missing");
        LogReleased(logger, pod.Facts.Namespace, pod.Facts.Name, reason, (time.GetUtcNow() - pod.Since).TotalSeconds);
        await GateCondition.WriteAsync(
            cluster.Client, pod.Object, reason is "promoted", reason is "promoted" ? "Promoted" : "DeadlineExceeded", reason is "promoted" ? "all images are at the target" : "released at its deadline", time.GetUtcNow(), cancellationToken);
    }

    private async Task<bool> TryReleaseAsync(GatedPod pod, Dictionary<string, string> images, CancellationToken cancellationToken)
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

    [LoggerMessage(5433, LogLevel.Error, "A round of the gate controller broke; the next one follows")]
    private static partial void LogBroken(ILogger logger, Exception e);

    [LoggerMessage(5432, LogLevel.Warning, "The gated pod {Namespace}/{Pod} could not be written: {Problem}")]
    private static partial void LogFailed(ILogger logger, string @namespace, string pod, string problem);

    /// <param name="Missing">What the target does not have.</param>
    /// <param name="Refusal">Why the pod may not have its images though they may be there; null where it may.</param>
    private sealed record Lack(IReadOnlyList<PairedImage> Missing, string? Refusal);
}
