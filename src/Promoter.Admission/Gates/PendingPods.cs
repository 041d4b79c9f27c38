using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>Watches the pods that have not started: gated ones for the controller, and those that cannot pull for the cache.</summary>
internal sealed class PendingPods(Cluster cluster, GateController gates, PullFailures pullFailures, TimeProvider time, Random random, ILogger<PendingPods> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new Reflector(cluster.Client, ResourceType.Pods, null, GatedPods.Selection, time, random, logger).RunAsync(ObserveAsync, stoppingToken);

    private ValueTask ObserveAsync(IResourceChange change, CancellationToken cancellationToken)
    {
        switch (change)
        {
            case Relisted relisted:
                var present = relisted.Items.Select(pod => pod.Uid()).ToHashSet(StringComparer.Ordinal);
                gates.Keep(present);
                pullFailures.Keep(present);
                foreach (var pod in relisted.Items) Observe(pod);
                break;
            case Changed changed:
                Observe(changed.Object);
                break;
            case Deleted deleted:
                gates.Forget(deleted.Object.Uid());
                pullFailures.Forget(deleted.Object.Uid());
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Observe(JsonObject pod)
    {
        gates.Observe(pod);
        pullFailures.Observe(pod);
    }
}
