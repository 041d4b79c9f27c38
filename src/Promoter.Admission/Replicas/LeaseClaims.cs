using System.Globalization;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Kubernetes;

namespace Promoter.Admission.Replicas;

/// <summary>
/// One Lease per digest: who creates it works, who finds it waits, and who sees it silent for its duration takes it over. Without the API server everybody works
/// alone: two replicas that bring the same digest waste bandwidth and break nothing.
/// </summary>
internal sealed partial class LeaseClaims(Cluster cluster, LeaseBoard board, Func<TimeSpan> duration, TimeProvider time, ILogger<LeaseClaims> logger) : IPromotionClaims
{
    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);
    private readonly KeyedLock _locks = new();

    public async Task<IPromotionClaim?> ClaimAsync(PromotionRun run, string key, CancellationToken cancellationToken)
    {
        var turn = await _locks.EnterAsync(key, cancellationToken);
        try
        {
            var (lease, ended) = await AcquireAsync(LeaseMarks.NameOf(key), Annotations(run), cancellationToken);
            if (!ended) return new LeaseClaim(_leases, lease.Lease, lease.IsTakenOver, duration(), turn, time, logger);
        }
        catch (KubernetesException e)
        {
            LogAlone(logger, run.Image.Target.ToString(), e.Message);
            return new LeaseClaim(_leases, null, false, duration(), turn, time, logger);
        }
        catch
        {
            turn.Dispose();
            throw;
        }

        turn.Dispose();
        return null;
    }

    private static Dictionary<string, string> Annotations(PromotionRun run) => new(StringComparer.Ordinal)
    {
        [LeaseMarks.Target] = run.Image.Target.ToString(),
        [LeaseMarks.Source] = run.Image.Source.ToString(),
        [LeaseMarks.Requester] = run.Requester,
        [LeaseMarks.Bytes] = (run.MissingBytes ?? 0).ToString(CultureInfo.InvariantCulture),
    };

    /// <returns>The Lease, or that another replica's work has ended meanwhile.</returns>
    private async Task<((Lease? Lease, bool IsTakenOver) Held, bool Ended)> AcquireAsync(string name, Dictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        for (var waited = false; ; waited = true)
        {
            var next = board.NextChange;
            if (!waited && await _leases.TryCreateAsync(name, duration(), LeaseMarks.Labels(LeaseMarks.Promotion), annotations, cancellationToken) is { } created)
            {
                return ((created, false), false);
            }

            if (board.Find(name) is { } seen)
            {
                if (board.IsAbandoned(seen) && await _leases.TryTakeOverAsync(seen.Lease, duration(), cancellationToken) is { } taken) return ((taken, true), false);
            }
            else if (await _leases.FindAsync(name, cancellationToken) is null)
            {
                return (default, true);
            }

            // The next change, or the time at which silence means that the holder is gone.
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1), time, pause.Token));
            await pause.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(5411, LogLevel.Warning, "{Image} is brought without a Lease, other replicas may do the same: {Problem}")]
    private static partial void LogAlone(ILogger logger, string image, string problem);
}
