using System.Collections.Concurrent;
using Promoter.Admission.Hosting;
using Promoter.Kubernetes;

namespace Promoter.Admission.Replicas;

/// <summary>A Lease, and when its last change was seen here: what counts as abandoned is judged by this clock alone, never by the holder's.</summary>
internal sealed record SeenLease(Lease Lease, DateTimeOffset ChangedAt);

/// <summary>What all replicas' Leases say, kept by one watch.</summary>
internal sealed class LeaseBoard(Cluster cluster, TimeProvider time, Random random, ILogger<LeaseBoard> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, SeenLease> _leases = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<SeenLease> All => _leases.Values;

    /// <summary>Ends with the next change of any Lease; take it before looking, so that none is missed.</summary>
    public Task NextChange => Volatile.Read(ref _changed).Task;

    public SeenLease? Find(string name) => _leases.GetValueOrDefault(name);

    /// <summary>Whether nobody works under this Lease any more: given up, or silent for longer than it promised.</summary>
    public bool IsAbandoned(SeenLease seen) => seen.Lease.Holder.Length == 0 || time.GetUtcNow() - seen.ChangedAt >= seen.Lease.Duration;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ours = ListOptions.All with { LabelSelector = $"{LeaseMarks.ManagedBy}={LeaseMarks.Manager}" };
        return new Reflector(cluster.Client, ResourceType.Leases, cluster.Namespace, ours, time, random, logger).RunAsync(ObserveAsync, stoppingToken);
    }

    private ValueTask ObserveAsync(IResourceChange change, CancellationToken cancellationToken)
    {
        switch (change)
        {
            case Relisted relisted:
                var present = relisted.Items.Select(item => new Lease(item)).ToList();
                foreach (var gone in _leases.Keys.Except(present.Select(lease => lease.Name), StringComparer.Ordinal)) _leases.TryRemove(gone, out _);
                foreach (var lease in present) See(lease);
                break;
            case Changed changed:
                See(new Lease(changed.Object));
                break;
            case Deleted deleted:
                _leases.TryRemove(deleted.Object.Name(), out _);
                break;
        }

        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return ValueTask.CompletedTask;
    }

    private void See(Lease lease) => _leases.AddOrUpdate(
        lease.Name,
        _ => new SeenLease(lease, time.GetUtcNow()),
        (_, before) => before.Lease.ResourceVersion == lease.ResourceVersion ? before : new SeenLease(lease, time.GetUtcNow()));
}
