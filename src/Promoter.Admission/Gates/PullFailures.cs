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
/// deletes without telling anybody). The kubelet's own retries then find it.
/// </summary>
internal sealed partial class PullFailures(
    AdmissionState state, SourceAccesses accesses, PresenceCache presence, OnDemandPromotions onDemand, Leadership leadership, TimeProvider time, ILogger<PullFailures> logger) : IHostedService, IDisposable
{
    /// <summary>A hundred pods of one broken image report every few seconds; one look-up in this time answers them all.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private const int Capacity = 10_000;
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ImageReference, DateTimeOffset> _seen = new();
    private readonly ConcurrentDictionary<Task, byte> _work = new();
    private readonly CancellationTokenSource _stopping = new();

    public void Observe(JsonObject pod)
    {
        foreach (var image in FailingImages(pod).Distinct(StringComparer.Ordinal))
        {
            if (!ImageReference.TryParse(image, out var reference) || state.Current.Pairing.Find(reference) is not Pairing.Covered { Image: { NamesSource: false } covered }) continue;
            var now = time.GetUtcNow();
            if (_seen.TryGetValue(covered.Target, out var before) && now - before < Interval) continue;
            if (_seen.Count >= Capacity) _seen.Clear();
            _seen[covered.Target] = now;
            Track(HealAsync(covered, GatedPod.Read(pod, now).Facts));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_work.Keys).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

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

    private async Task HealAsync(PairedImage image, PodFacts pod)
    {
        try
        {
            var answer = await presence.RefreshAsync(image.Target, LookUpPatience, _stopping.Token);
            if (answer is not PresenceAnswer.Missing || !leadership.IsLeader) return;
            var access = await accesses.ForAsync(image, pod, state.Current.Config, _stopping.Token);
            if (access.Refusal is not null) return;
            LogGone(logger, image.Target, pod.Namespace);
            onDemand.Start(image, pod.Namespace, access);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The process ends; the kubelet reports again, and another replica hears it.
        }
    }

    private void Track(Task work)
    {
        _work[work] = 0;
        _ = work.ContinueWith(done => _work.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    [LoggerMessage(5441, LogLevel.Warning, "A pod in {Namespace} cannot pull {Image}, which is not at the target any more: it is brought again")]
    private static partial void LogGone(ILogger logger, ImageReference image, string @namespace);
}
