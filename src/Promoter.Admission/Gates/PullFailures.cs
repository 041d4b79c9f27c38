using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Admission.Access;
using Promoter.Admission.Decisions;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Pods;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Gates;

/// <summary>
/// Believes a kubelet more than the cache: where a pod cannot pull a covered image, it is looked for again, and brought again if it is gone (a lifecycle rule
/// deletes without telling anybody) or never came. Where bringing it fails, the replica that leads tries again for as long as a pod reports the failure: no
/// review comes for such a pod any more, only the kubelet's own retries, which then find the image.
/// </summary>
internal sealed partial class PullFailures(
    AdmissionState state, SourceAccesses accesses, PresenceCache presence, OnDemandPromotions onDemand, Leadership leadership, TimeProvider time, ILogger<PullFailures> logger) : BackgroundService
{
    /// <summary>A hundred pods of one broken image report every few seconds; one look-up in this time answers them all.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);
    private const int Capacity = 10_000;
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ImageReference, DateTimeOffset> _seen = new();
    private readonly ConcurrentDictionary<string, FailingPod> _failing = new(StringComparer.Ordinal);
    private readonly DetachedWork _work = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RetrySchedule _retries = new(time);

    /// <summary>Takes note of a pod; called by the watch.</summary>
    public void Observe(JsonObject pod)
    {
        List<PairedImage> images = IsOurs(pod) ? [.. FailingImages(pod).Distinct(StringComparer.Ordinal).Select(Find).OfType<PairedImage>()] : [];
        if (images.Count == 0)
        {
            Forget(pod.Uid());
            return;
        }

        var now = time.GetUtcNow();
        var failing = new FailingPod(GatedPod.Read(pod, now).Facts, images);
        if (_failing.Count < Capacity || _failing.ContainsKey(pod.Uid())) _failing[pod.Uid()] = failing;
        foreach (var image in images)
        {
            if (_seen.TryGetValue(image.Target, out var before) && now - before < Interval) continue;
            if (_seen.Count >= Capacity) _seen.Clear();
            _seen[image.Target] = now;
            _work.Add(LookAgainAsync(image, failing.Pod));
        }
    }

    public void Forget(string uid) => _failing.TryRemove(uid, out _);

    /// <summary>What is not among these exists no longer, or has started.</summary>
    public void Keep(IReadOnlySet<string> uids)
    {
        foreach (var uid in _failing.Keys.Where(uid => !uids.Contains(uid))) Forget(uid);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
        await _work.EndAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        onDemand.OnEnded((run, outcome) => _retries.Ended(run.Image.Target, outcome.Fault));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(RetryInterval, time, stoppingToken);
            if (leadership.IsLeader) await TryBringAsync(stoppingToken);
        }
    }

    private static IEnumerable<string> FailingImages(JsonObject pod)
    {
        var statuses = pod.Items("status", "containerStatuses").Concat(pod.Items("status", "initContainerStatuses")).Concat(pod.Items("status", "ephemeralContainerStatuses"));
        foreach (var status in statuses)
        {
            if (status.Text("state", "waiting", "reason") is not ("ErrImagePull" or "ImagePullBackOff")) continue;
            // The status may carry a normalised name; what the pod asks for stands in its spec.
            var name = status.Text("name");
            var container = pod.Items("spec", "containers").Concat(pod.Items("spec", "initContainers")).Concat(pod.Items("spec", "ephemeralContainers")).FirstOrDefault(one => one.Text("name") == name);
            if (container.Text("image") is { } image) yield return image;
        }
    }

    private bool IsOurs(JsonObject pod) => !state.Current.Config.Observe && !state.IsExcluded(pod.Namespace() ?? "") && pod.At("metadata", "deletionTimestamp") is null;

    private PairedImage? Find(string image) =>
        ImageReference.TryParse(image, out var reference) && state.Current.Pairing.Find(reference) is Pairing.Covered { Image: { NamesSource: false } covered } ? covered : null;

    private async Task LookAgainAsync(PairedImage image, PodFacts pod)
    {
        try
        {
            var answer = await presence.RefreshAsync(image.Target, LookUpPatience, _stopping.Token);
            if (answer is PresenceAnswer.Missing && leadership.IsLeader && _retries.IsDue(image.Target)) await BringAsync(image, [pod], _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process ends; the kubelet reports again, and another replica hears it.
        }
    }

    private async Task TryBringAsync(CancellationToken cancellationToken)
    {
        try
        {
            var wanted = _failing.Values.SelectMany(failing => failing.Images.Select(image => (Image: image, failing.Pod))).GroupBy(one => one.Image.Target);
            foreach (var pods in wanted.Where(pods => _retries.IsDue(pods.Key)))
            {
                var answer = await presence.GetAsync(pods.Key, LookUpPatience, cancellationToken);
                if (answer is PresenceAnswer.Missing) await BringAsync(pods.First().Image, pods.Select(one => one.Pod), cancellationToken);
                else if (answer is PresenceAnswer.Unknown { Fault: var fault }) _retries.Ended(pods.Key, fault);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The edge of this loop: whatever one round met, pods still wait for the next.
            LogBroken(logger, e);
        }
    }

    /// <summary>Brings it for the first of the pods that may have it.</summary>
    private async Task BringAsync(PairedImage image, IEnumerable<PodFacts> pods, CancellationToken cancellationToken)
    {
        ImageFault? refusal = null;
        foreach (var pod in pods)
        {
            var access = await accesses.ForAsync(image, pod, state.Current.Config, cancellationToken);
            refusal = access.Refusal;
            if (refusal is not null) continue;
            LogGone(logger, pod.Namespace, image.Target);
            onDemand.Start(image, pod.Namespace, access);
            return;
        }

        _retries.Ended(image.Target, refusal);
    }

    [LoggerMessage(5441, LogLevel.Warning, "A pod in {Namespace} cannot pull {Image}, which is not at the target: it is brought again")]
    private static partial void LogGone(ILogger logger, string @namespace, ImageReference image);

    [LoggerMessage(5442, LogLevel.Error, "A round of looking after pods that cannot pull broke; the next one follows")]
    private static partial void LogBroken(ILogger logger, Exception e);

    private sealed record FailingPod(PodFacts Pod, IReadOnlyList<PairedImage> Images);
}
