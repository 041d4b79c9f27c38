using Promoter.Admission.Hosting;
using Promoter.Kubernetes;

namespace Promoter.Admission.Replicas;

/// <summary>Makes one replica the one that removes gates, and its renewals the heartbeat that all see.</summary>
internal sealed partial class Leadership(Cluster cluster, LeaseBoard board, TimeSpan duration, TimeProvider time, ILogger<Leadership> logger) : BackgroundService
{
    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);
    private Lease? _held;
    private DateTimeOffset _renewedAt;

    /// <summary>Whether this replica leads, as far as it can know: not longer than the others would wait before taking over.</summary>
    public bool IsLeader => _held is not null && time.GetUtcNow() - _renewedAt < duration;

    /// <summary>Whether some replica leads and has lately said so.</summary>
    public bool IsAnybodyLeading => IsLeader || (board.Find(LeaseMarks.LeaderName) is { } seen && !board.IsAbandoned(seen));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryLeadAsync(stoppingToken);
                await Task.Delay(duration / 3, time, stoppingToken);
            }
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private async Task TryLeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var asOf = time.GetUtcNow();
            var wasLeader = _held is not null;
            _held = _held is { } held ? await _leases.TryRenewAsync(held, new Dictionary<string, string>(), cancellationToken) : await TryTakeAsync(cancellationToken);
            if (_held is not null) _renewedAt = asOf;
            if (wasLeader != _held is not null) LogChanged(logger, cluster.Identity, _held is null ? "leads no longer" : "leads");
        }
        catch (KubernetesException e)
        {
            LogFailed(logger, e.Message);
        }
    }

    private async Task<Lease?> TryTakeAsync(CancellationToken cancellationToken)
    {
        if (board.Find(LeaseMarks.LeaderName) is { } seen) return board.IsAbandoned(seen) ? await _leases.TryTakeOverAsync(seen.Lease, duration, cancellationToken) : null;
        return await _leases.TryCreateAsync(LeaseMarks.LeaderName, duration, LeaseMarks.Labels(LeaseMarks.Leader), new Dictionary<string, string>(), cancellationToken);
    }

    private async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _held, null) is not { } held) return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
        try
        {
            await _leases.TryReleaseAsync(held, limit.Token);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            LogFailed(logger, $"{e.Message} The others take over when it expires.");
        }
    }

    [LoggerMessage(5401, LogLevel.Information, "{Identity} {Change} the removal of gates")]
    private static partial void LogChanged(ILogger logger, string identity, string change);

    [LoggerMessage(5402, LogLevel.Warning, "The heartbeat could not be written: {Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);
}
