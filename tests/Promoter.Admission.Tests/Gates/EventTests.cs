using Promoter.Admission.Tests.Support;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Gates;

public sealed class EventTests
{
    [Fact]
    public async Task The_controller_of_a_pod_without_a_name_is_told()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        cluster.Engine.PlanFault = _ => new Admission.Presence.ImageFault(Admission.Presence.ImageFaultKind.Missing, Registries.Side.Source, "never pushed");

        await cluster.Replicas[0].ReviewAsync(Fixture.Review("create-pod-from-replicaset-sidecar-image-volume"));

        await Eventually.TrueAsync(
            () => cluster.Server.List("/api/v1/namespaces/shop/events").Any(e => e.Text("involvedObject", "kind") == "ReplicaSet" && e.Text("message") == "never pushed"),
            "the ReplicaSet was not told");
    }

    [Fact]
    public async Task A_dry_run_tells_nobody()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        var review = Fixture.Review("create-pod-from-replicaset-sidecar-image-volume");
        review["request"]!["dryRun"] = true;

        await cluster.Replicas[0].ReviewAsync(review);
        await cluster.StopAsync(cluster.Replicas[0]);

        Assert.Empty(cluster.Server.List("/api/v1/namespaces/shop/events"));
    }
}
