using Promoter.Admission.Hosting;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>
/// Lets gates be set only where the API server knows them (1.27), where this account may remove them, and while some replica's heartbeat shows that they will be.
/// </summary>
internal sealed partial class HeartbeatGuard(Cluster cluster, Leadership leadership, TimeProvider time, ILogger<HeartbeatGuard> logger) : BackgroundService, IGateGuard
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    /// <summary>Clusters are upgraded, and roles changed, under running pods.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private volatile string? _obstacle = "it is not known yet whether the API server supports gates";

    public string? Problem => _obstacle ?? (leadership.IsAnybodyLeading ? null : "no replica is alive that would remove it");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await TryLookAsync(stoppingToken) ? Interval : RetryInterval, time, stoppingToken);
        }
    }

    private async Task<bool> TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            _obstacle = await FindObstacleAsync(cancellationToken);
            return true;
        }
        catch (KubernetesException e)
        {
            LogUnknown(logger, e.Message);
            return false;
        }
    }

    private async Task<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        var (major, minor) = await cluster.Client.VersionAsync(cancellationToken);
        if ((major, minor).CompareTo((1, 27)) < 0) return $"Kubernetes {major}.{minor} has no scheduling gates, 1.27 has";
        return await cluster.Client.MayAsync("patch", ResourceType.Pods, null, cancellationToken) ? null : "this account may not patch pods, so that it could not be removed (RBAC)";
    }

    [LoggerMessage(5421, LogLevel.Warning, "Whether gates can be set and removed could not be found out; as before: {Problem}")]
    private static partial void LogUnknown(ILogger logger, string problem);
}
