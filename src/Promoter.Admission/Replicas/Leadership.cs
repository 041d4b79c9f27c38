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

    /// <summary>
    /// Whether some replica leads and has lately said so. Its silence is bridged for as long as taking over takes, since this replica is alive and a candidate:
    /// what is gated in between, it will release itself.
    /// </summary>
    public bool IsAnybodyLeading =>
        IsLeader || (board.Find(LeaseMarks.LeaderName) is { } seen && time.GetUtcNow() - seen.ChangedAt < (seen.Lease.Holder.Length == 0 ? Interval : seen.Lease.Duration + Interval));

    /// <summary>How often the leader says that it is alive, how long one attempt may take, and how long a candidate waits after one that failed.</summary>
    private TimeSpan Interval => duration / 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var change = board.NextChange;
                await TryLeadAsync(stoppingToken);
                await PauseAsync(change, stoppingToken);
            }
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    /// <summary>A leader waits for its next renewal; a candidate only until nobody leads any more, which it sees or which the clock tells.</summary>
    private async Task PauseAsync(Task change, CancellationToken cancellationToken)
    {
        if (_held is not null)
        {
            await Task.Delay(Interval, time, cancellationToken);
            return;
        }

        var left = board.Find(LeaseMarks.LeaderName) is { } seen && !board.IsAbandoned(seen) ? seen.ChangedAt + seen.Lease.Duration - time.GetUtcNow() : Interval;
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(change, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, pause.Token));
        await pause.CancelAsync();
    }

    private async Task TryLeadAsync(CancellationToken cancellationToken)
    {
        // A connection that died without a word must not hold up the next attempt.
        using var patience = new CancellationTokenSource(Interval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var asOf = time.GetUtcNow();
            var wasLeader = _held is not null;
            _held = _held is { } held ? await _leases.TryRenewAsync(held, new Dictionary<string, string>(), either.Token) : await TryTakeAsync(either.Token);
            if (_held is not null) _renewedAt = asOf;
            if (wasLeader != _held is not null) LogChanged(logger, cluster.Identity, _held is null ? "leads no longer" : "leads");
        }
        catch (KubernetesException e)
        {
            LogFailed(logger, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(logger, $"the API server did not answer within {Interval.TotalSeconds:0.#} seconds.");
        }
    }

    private async Task<Lease?> TryTakeAsync(CancellationToken cancellationToken)
    {
        if (board.Find(LeaseMarks.LeaderName) is { } seen)
        {
            // An attempt whose answer was lost: nobody else has this name.
            if (seen.Lease.Holder == cluster.Identity) return await _leases.TryRenewAsync(seen.Lease, new Dictionary<string, string>(), cancellationToken);
            return board.IsAbandoned(seen) ? await _leases.TryTakeOverAsync(seen.Lease, duration, cancellationToken) : null;
        }

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
