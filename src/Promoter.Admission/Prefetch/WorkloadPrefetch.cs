using System.Collections.Concurrent;
using Promoter.Admission.Access;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Gates;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Prefetch;

/// <summary>
/// Watches workloads, changes none of them, and begins to promote what their pods will need: a CronJob's image hours before it runs, a Deployment's while its
/// controllers are still at work. Only the replica that leads does so, and it leaves most of the copying to images that pods are waiting for.
/// </summary>
internal sealed partial class WorkloadPrefetch(
    Cluster cluster,
    AdmissionState state,
    Leadership leadership,
    OnDemandPromotions onDemand,
    PresenceCache presence,
    SourceAccesses accesses,
    TimeProvider time,
    Func<Random> randoms,
    ILogger<WorkloadPrefetch> logger) : BackgroundService
{
    private const int LookUpsAtOnce = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(ResourceType Type, string Uid), Workload> _workloads = new();
    private readonly HashSet<ImageReference> _settled = [];
    private readonly Dictionary<ImageReference, PromotionRun> _running = [];
    private readonly RetrySchedule _retries = new(time);

    /// <summary>Images of workloads that are covered by a rule and not known to be at the target yet.</summary>
    public int Pending { get; private set; }

    private bool IsOurs => leadership.IsLeader && state.Current.Config is { Prefetch.Enabled: true, Observe: false };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (IsOurs) await WatchAsync(stoppingToken);
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        using var ours = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watches = Workload.Types.Select(type => WatchAsync(type, ours.Token)).ToList();
        LogBegan(logger);
        try
        {
            while (IsOurs)
            {
                await TryBringAsync(ours.Token);
                await Task.Delay(Interval, time, ours.Token);
            }
        }
        finally
        {
            await ours.CancelAsync();
            await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _workloads.Clear();
            _settled.Clear();
            _running.Clear();
            Pending = 0;
        }
    }

    private Task WatchAsync(ResourceType type, CancellationToken cancellationToken) => new Reflector(cluster.Client, type, null, ListOptions.All, time, randoms(), logger).RunAsync(
        (change, _) =>
        {
            Observe(type, change);
            return ValueTask.CompletedTask;
        },
        cancellationToken);

    private void Observe(ResourceType type, IResourceChange change)
    {
        switch (change)
        {
            case Relisted relisted:
                var present = relisted.Items.Select(item => (type, item.Uid())).ToHashSet();
                foreach (var gone in _workloads.Keys.Where(key => key.Type == type && !present.Contains(key))) _workloads.TryRemove(gone, out _);
                foreach (var item in relisted.Items) See(type, item);
                break;
            case Changed changed:
                See(type, changed.Object);
                break;
            case Deleted deleted:
                _workloads.TryRemove((type, deleted.Object.Uid()), out _);
                break;
        }
    }

    private void See(ResourceType type, System.Text.Json.Nodes.JsonObject item)
    {
        if (Workload.Read(type, item) is { } workload) _workloads[(type, item.Uid())] = workload;
        else _workloads.TryRemove((type, item.Uid()), out _);
    }

    private async Task TryBringAsync(CancellationToken cancellationToken)
    {
        try
        {
            await BringAsync(state.Current, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The edge of this loop: what one round met, the next may not.
            LogBroken(logger, e);
        }
    }

    private async Task BringAsync(AdmissionSettings settings, CancellationToken cancellationToken)
    {
        Collect();
        var wanted = Wanted(settings);
        // What no workload names any more is looked for again should one name it later.
        _settled.IntersectWith(wanted.Keys);
        Pending = wanted.Keys.Count(image => !_settled.Contains(image));
        var free = settings.Config.Prefetch.Parallelism - _running.Count;
        var due = wanted.Where(entry => !_settled.Contains(entry.Key) && !_running.ContainsKey(entry.Key) && _retries.IsDue(entry.Key));
        foreach (var some in due.Chunk(LookUpsAtOnce))
        {
            if (free <= 0) return;
            var answers = await Task.WhenAll(some.Select(entry => presence.GetAsync(entry.Key, LookUpPatience, cancellationToken).AsTask()));
            foreach (var ((target, (image, workload)), answer) in some.Zip(answers))
            {
                if (answer is PresenceAnswer.Present) _settled.Add(target);
                else if (answer is PresenceAnswer.Unknown { Fault: var fault }) _retries.Ended(target, fault);
                else if (free > 0 && await TryStartAsync(image, workload, settings.Config, cancellationToken)) free--;
            }
        }
    }

    private async Task<bool> TryStartAsync(PairedImage image, Workload workload, AdmissionConfig config, CancellationToken cancellationToken)
    {
        var access = await accesses.ForAsync(image, workload.Pod, config, cancellationToken);
        if (access.Refusal is { } refusal)
        {
            _retries.Ended(image.Target, refusal);
            return false;
        }

        LogStarts(logger, image.Target, workload.Pod.Namespace, workload.Pod.Name);
        _running[image.Target] = onDemand.Start(image, workload.Pod.Namespace, access);
        return true;
    }

    private void Collect()
    {
        foreach (var (target, run) in _running.ToList())
        {
            if (run.Outcome is not { } outcome) continue;
            _retries.Ended(target, outcome.Fault);
            if (outcome.Fault is null) _settled.Add(target);
            _running.Remove(target);
        }
    }

    /// <summary>Every covered image once, with one of the workloads that name it.</summary>
    private Dictionary<ImageReference, (PairedImage Image, Workload Workload)> Wanted(AdmissionSettings settings)
    {
        var wanted = new Dictionary<ImageReference, (PairedImage, Workload)>();
        foreach (var workload in _workloads.Values.Where(workload => !state.IsExcluded(workload.Pod.Namespace) && !(workload.Pod.WantsToBeIgnored && settings.Config.AllowOptOut)))
        {
            foreach (var text in workload.Images)
            {
                if (!ImageReference.TryParse(text, out var reference) || settings.Pairing.Find(reference) is not Pairing.Covered { Image: var image }) continue;
                if (image.NamesSource && !settings.Config.RewriteSource) continue;
                wanted.TryAdd(image.Target, (image, workload));
            }
        }

        return wanted;
    }

    [LoggerMessage(5601, LogLevel.Information, "Watches workloads to promote their images ahead of their pods")]
    private static partial void LogBegan(ILogger logger);

    [LoggerMessage(5602, LogLevel.Information, "Promotes {Image} ahead of the pods of {Namespace}/{Workload}")]
    private static partial void LogStarts(ILogger logger, ImageReference image, string @namespace, string workload);

    [LoggerMessage(5603, LogLevel.Error, "A round of promotions ahead of pods broke; the next one follows")]
    private static partial void LogBroken(ILogger logger, Exception e);
}
