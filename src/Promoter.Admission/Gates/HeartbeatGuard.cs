using Promoter.Admission.Hosting;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>Lets gates be set only where the API server knows them (1.27) and while some replica's heartbeat shows that they will be removed.</summary>
internal sealed partial class HeartbeatGuard(Cluster cluster, Leadership leadership, TimeProvider time, ILogger<HeartbeatGuard> logger) : BackgroundService, IGateGuard
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);
    private volatile string? _unsupported = "the API server's version is not known yet";

    public string? Problem => _unsupported ?? (leadership.IsAnybodyLeading ? null : "no replica is alive that would remove it");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (major, minor) = await cluster.Client.VersionAsync(stoppingToken);
                _unsupported = (major, minor).CompareTo((1, 27)) >= 0 ? null : $"Kubernetes {major}.{minor} has no scheduling gates, 1.27 has";
                return;
            }
            catch (KubernetesException e)
            {
                LogUnknown(logger, e.Message);
                await Task.Delay(RetryInterval, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(5421, LogLevel.Warning, "The API server's version could not be read, no gates are set: {Problem}")]
    private static partial void LogUnknown(ILogger logger, string problem);
}
