using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>
/// Looks after pods that <c>kubectl debug</c> gave an ephemeral container: they run, so that the watch of pods that have not started does not show them, and a watch of
/// all pods would cost the API server more than this is worth. A Lease notes each such pod, for whichever replica leads; it goes when the container has started or
/// ended, or after an hour.
/// </summary>
internal sealed partial class DebuggedPods(Cluster cluster, LeaseBoard board, Leadership leadership, PullFailures pullFailures, TimeProvider time, ILogger<DebuggedPods> logger)
    : BackgroundService, IDebuggedPods
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The review comes before the container is stored, and before the kubelet says anything about it.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);
    private readonly DetachedWork _notes = new();

    /// <summary>Which pod was found under the name that a Lease notes.</summary>
    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);

    public void Add(string ns, string name) => _notes.Add(NoteAsync(ns, name));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _notes.EndAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken);
            if (!leadership.IsLeader) continue;
            foreach (var seen in board.All.Where(seen => seen.Lease.Object.Label(LeaseMarks.Kind) is LeaseMarks.Debugged)) await TryLookAsync(seen, stoppingToken);
            foreach (var lease in _found.Keys.Where(lease => board.Find(lease) is null).ToList()) Forget(lease);
        }
    }

    private void Forget(string lease)
    {
        if (_found.Remove(lease, out var uid)) pullFailures.Forget(uid);
    }

    private async Task NoteAsync(string ns, string name)
    {
        try
        {
            var lease = LeaseMarks.DebuggedNameOf(ns, name);
            var pod = new Dictionary<string, string>(StringComparer.Ordinal) { [LeaseMarks.Pod] = $"{ns}/{name}" };
            if (await _leases.TryCreateAsync(lease, Shortest, LeaseMarks.Labels(LeaseMarks.Debugged), pod, CancellationToken.None) is not null) return;
            // One more container for the same pod: the note begins anew.
            if (await _leases.FindAsync(lease, CancellationToken.None) is { } present) await _leases.TryTakeOverAsync(present, Shortest, CancellationToken.None);
        }
        catch (KubernetesException e)
        {
            LogNotNoted(logger, ns, name, e.Message);
        }
    }

    private async Task TryLookAsync(SeenLease seen, CancellationToken cancellationToken)
    {
        try
        {
            if (await IsNeededAsync(seen, cancellationToken)) return;
            Forget(seen.Lease.Name);
            await _leases.DeleteAsync(seen.Lease, cancellationToken);
        }
        catch (KubernetesException e)
        {
            LogNotSeen(logger, seen.Lease.Annotation(LeaseMarks.Pod) ?? "", e.Message);
        }
    }

    private async Task<bool> IsNeededAsync(SeenLease seen, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (seen.Lease.Annotation(LeaseMarks.Pod)?.Split('/') is not [var ns, var name]) return false;
        // A list of one: that is a right which this account has in any case.
        var (found, _) = await cluster.Client.ListAsync(ResourceType.Pods, ns, ListOptions.All with { FieldSelector = $"metadata.name={name}" }, cancellationToken);
        if (found is not [var pod]) return false;
        _found[seen.Lease.Name] = pod.Uid();
        pullFailures.Observe(pod);
        return now - seen.ChangedAt < (Waits(pod) ? Longest : Shortest);
    }

    private static bool Waits(JsonObject pod)
    {
        if (pod.Text("status", "phase") is "Succeeded" or "Failed") return false;
        var begun = pod.Items("status", "ephemeralContainerStatuses").Where(status => status.At("state", "running") is not null || status.At("state", "terminated") is not null);
        return pod.Items("spec", "ephemeralContainers").Select(container => container.Text("name")).Except(begun.Select(status => status.Text("name")), StringComparer.Ordinal).Any();
    }

    [LoggerMessage(5443, LogLevel.Warning, "The pod {Namespace}/{Pod} is not looked after while it waits for the image of its ephemeral container: {Problem}")]
    private static partial void LogNotNoted(ILogger logger, string @namespace, string pod, string problem);

    [LoggerMessage(5444, LogLevel.Warning, "Whether the pod {Pod} waits for the image of its ephemeral container could not be seen: {Problem}")]
    private static partial void LogNotSeen(ILogger logger, string pod, string problem);
}
