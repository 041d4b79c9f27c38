using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Telemetry;
using Promoter.Admission.Tests.Support;
using Promoter.FakeApiServer;
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

    [Fact]
    public async Task A_namespace_that_goes_away_is_no_problem_and_others_are_told_all_the_same()
    {
        var logs = new ConcurrentQueue<string>();
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Configure = builder => builder.Logging.AddProvider(new RecordingLogs(logs));
        await cluster.AddReplicaAsync();
        cluster.Server.Admission = (path, item) => path is { Plural: "events", Namespace: "leaving" }
            ? throw new ApiException(403, "Forbidden", "events \"web.1\" is forbidden: unable to create new content in namespace leaving because it is being terminated")
            : Task.FromResult(item);
        var events = (EventQueue)cluster.Replicas[0].Services.GetService(typeof(EventQueue))!;

        foreach (var ns in (string[])["leaving", "staying"]) events.Add(new ObjectReference("v1", "Pod", ns, "web", "1"), EventSeverity.Normal, "ImagePending", "on its way");

        await Eventually.TrueAsync(() => cluster.Server.List("/api/v1/namespaces/staying/events").Count == 1, "the other namespace was not told");
        Assert.DoesNotContain(logs, line => line.Contains("being terminated", StringComparison.Ordinal));
    }
}
