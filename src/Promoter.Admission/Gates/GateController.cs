using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Admission.Access;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Gates;

/// <summary>
/// Brings what gated pods wait for. They are the queue: whichever replica leads finds what they lack, brings it (or waits for the replica that does), and has the gate
/// taken away. Runs at every event, and every few seconds in case one was lost.
/// </summary>
internal sealed partial class GateController(
    AdmissionState state,
    Leadership leadership,
    AbandonedCopies abandoned,
    OnDemandPromotions onDemand,
    PresenceCache presence,
    SourceAccesses accesses,
    GateRelease release,
    TimeProvider time,
    ILogger<GateController> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(10);
    private const int Parallelism = 10;

    private readonly ConcurrentDictionary<string, GatedPod> _pods = new(StringComparer.Ordinal);
    private readonly RetrySchedule _retries = new(time);
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Pods that wait, oldest first.</summary>
    public IReadOnlyList<GatedPod> Waiting => [.. _pods.Values.OrderBy(pod => pod.Since)];

    /// <summary>Takes note of a pod; called by the watch.</summary>
    public void Observe(JsonObject pod)
    {
        if (GatedPods.IsGated(pod) && pod.At("metadata", "deletionTimestamp") is null)
        {
            _pods.AddOrUpdate(
                pod.Uid(), _ => GatedPod.Read(pod, time.GetUtcNow()), (_, before) => GatedPod.Read(pod, before.Since) with { Told = before.Told });
        }
        else
        {
            _pods.TryRemove(pod.Uid(), out _);
        }

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
        await abandoned.ResumeAsync(settings, _retries.IsDue, cancellationToken);
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
        {
            var lack = await LackAsync(needed[pod.Uid], pod, present, settings.Config, token);
            if (!await release.StillWaitsAsync(pod, lack, settings.Config.Gate, token)) Forget(pod.Uid);
        });
    }

    /// <summary>What stands between a pod and its images. What the target has is not for everybody where pods read the source with their own credentials.</summary>
    private async Task<Lack> LackAsync(
        List<PairedImage> needed, GatedPod pod, ConcurrentDictionary<ImageReference, bool> present, AdmissionConfig config, CancellationToken cancellationToken)
    {
        var missing = needed.FindAll(image => !present[image.Target]);
        foreach (var image in needed)
        {
            if ((await accesses.ForAsync(image, pod.Facts, config, cancellationToken)).Refusal is { } refusal) return new Lack(missing, Explain(missing), refusal.Message);
        }

        return new Lack(missing, Explain(missing), null);
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

    private string Explain(IReadOnlyList<PairedImage> missing) =>
        string.Join("; ", missing.Select(image => _retries.LastFault(image.Target)?.Message ?? $"{image.Short} is being promoted"));

    [LoggerMessage(5433, LogLevel.Error, "A round of the gate controller broke; the next one follows")]
    private static partial void LogBroken(ILogger logger, Exception e);
}
