using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Admission.Tests.Support;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Gates;

public sealed class GateTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string SourceWeb = Rules.SourceHost + "/shop/web:1.4.2";
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/promoter/leases";

    [Fact]
    public async Task Three_replicas_and_fifty_pods_of_one_image_make_one_copy_and_all_pods_are_released()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 3);
        await cluster.UntilLedAsync();
        await UntilEveryReplicaGatesAsync(cluster);
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);

        string[] names = [.. Enumerable.Range(0, 50).Select(i => $"web-{i}")];
        await Task.WhenAll(names.Select(name => cluster.CreatePodAsync(name, Web)));
        Assert.All(names, name => Assert.True(cluster.IsGated(name), $"{name} is not gated"));
        held.SetResult();

        await cluster.UntilReleasedAsync(names);
        Assert.Equal(1, cluster.Engine.Copies);
        await Eventually.TrueAsync(() => cluster.Server.List(Leases).All(lease => lease.Label("promoter.dev/lease") != "promotion"), "the Lease of the copy was left behind");
    }

    [Fact]
    public async Task How_far_a_copy_is_stands_in_the_annotations_of_its_lease()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilAllGateAsync();
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);

        await cluster.CreatePodAsync("web", Web);

        await Eventually.TrueAsync(
            () => cluster.Server.List(Leases).FirstOrDefault(lease => lease.Label("promoter.dev/lease") == "promotion") is { } lease
                && lease.Annotation("promoter.dev/bytes-moved") == "500" && lease.Annotation("promoter.dev/phase") == "copying"
                && lease.Annotation("promoter.dev/target") == Web && lease.Annotation("promoter.dev/requester") == "shop",
            "the Lease does not say how far the copy is");
        held.SetResult();
        await cluster.UntilReleasedAsync("web");
    }

    [Fact]
    public async Task A_replica_that_is_stopped_in_the_middle_hands_its_copy_over()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilLedAsync();
        await UntilEveryReplicaGatesAsync(cluster);
        var first = cluster.Replicas[0];
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);
        await cluster.CreatePodAsync("web", Web);
        await Eventually.TrueAsync(() => cluster.Engine.Copies == 1, "the copy did not start");
        await cluster.AddReplicaAsync();

        cluster.Engine.Copying = _ => Task.CompletedTask;
        await cluster.StopAsync(first);

        await cluster.UntilReleasedAsync("web");
        Assert.Equal(2, cluster.Engine.Copies);
    }

    [Fact]
    public async Task A_copy_that_a_dead_replica_left_is_taken_over_though_no_pod_waits_for_it()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        var digest = FakeEngine.DigestOf(Oci.ImageReference.Parse(Web));
        cluster.Server.Seed(Leases, Lease(LeaseMarks.NameOf($"{Rules.TargetHost}/shop/web@{digest}")));

        await cluster.AddReplicaAsync();

        await Eventually.TrueAsync(() => cluster.Engine.Target.ContainsKey(Web), "the copy of the dead replica was lost");
    }

    [Fact]
    public async Task Gated_pods_are_the_queue_after_a_restart_too()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", GatedPod("web", Web));

        await cluster.AddReplicaAsync();

        await cluster.UntilReleasedAsync("web");
        Assert.True(cluster.Engine.Target.ContainsKey(Web), "the pod was released without its image");
        Assert.Equal("released", cluster.Server.Find("/api/v1/namespaces/shop/pods/web").Label("promoter.dev/gate"));
        await Eventually.TrueAsync(() => Condition(cluster, "web") is { } condition && condition.Text("status") == "True", "the condition does not say that the image is there");
    }

    [Fact]
    public async Task A_pod_is_released_although_the_watch_breaks_and_falls_behind()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 2);
        await cluster.UntilLedAsync();
        await UntilEveryReplicaGatesAsync(cluster);
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);
        await cluster.CreatePodAsync("web", Web);

        cluster.Server.CutConnections();
        cluster.Server.ForgetHistory();
        cluster.Server.Fail(new ApiFault((method, path) => method == "PATCH" && path.Contains("/pods/", StringComparison.Ordinal), 409, Times: 2));
        held.SetResult();

        await cluster.UntilReleasedAsync("web");
    }

    [Fact]
    public async Task What_a_gated_pod_waits_for_stands_in_its_conditions()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Engine.PlanFault = _ => new ImageFault(ImageFaultKind.Missing, Side.Source, "the image is not at the source");
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", GatedPod("web", Web));

        await cluster.AddReplicaAsync();

        await Eventually.TrueAsync(
            () => Condition(cluster, "web") is { } condition && condition.Text("message")!.Contains("not at the source", StringComparison.Ordinal), "the condition does not say why the pod waits");
        Assert.True(cluster.IsGated("web"));
        var metrics = await cluster.Replicas[0].GetAsync("/metrics");
        Assert.Contains("promoter_admission_gate_pods 1", metrics, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_gate_oldest_seconds ", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeadlineAnswer.Ungate, false, Web)]
    [InlineData(DeadlineAnswer.Source, false, SourceWeb)]
    [InlineData(DeadlineAnswer.Keep, true, Web)]
    internal async Task At_its_deadline_a_pod_gets_what_is_configured(DeadlineAnswer answer, bool gated, string image)
    {
        var config = TestCluster.Impatient with { Gate = new GateConfig { OnDeadline = answer } };
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);
        var pod = GatedPod("web", Web);
        pod["metadata"]!["annotations"] = new JsonObject { ["promoter.dev/gated-until"] = "2020-01-01T00:00:00Z" };
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", pod);

        await cluster.AddReplicaAsync(config);

        await Eventually.TrueAsync(() => Condition(cluster, "web")?.Text("reason") == "DeadlineExceeded", "the deadline was not acted upon");
        Assert.Equal(gated, cluster.IsGated("web"));
        Assert.Equal(image, cluster.Server.Find("/api/v1/namespaces/shop/pods/web")!["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_pod_that_a_policy_of_the_cluster_keeps_gated_is_told_so_once_and_released_when_it_may_be()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", GatedPod("web", Web));
        cluster.Engine.Has(Web);
        var refused = new ApiFault((method, path) => method == "PATCH" && path.EndsWith("/pods/web", StringComparison.Ordinal), 403, Times: -1);
        cluster.Server.Fail(refused);

        await cluster.AddReplicaAsync();

        // Refused more than once, told once.
        await Eventually.TrueAsync(() => cluster.Server.Calls.Count(call => call.Method == "PATCH" && call.Target.EndsWith("/pods/web", StringComparison.Ordinal)) >= 2, "the release was not tried again");
        await Eventually.TrueAsync(() => Stuck().Any(), "nobody is told");
        Assert.Equal(1, Assert.Single(Stuck()).Number("count"));
        cluster.Server.Heal();
        await cluster.UntilReleasedAsync("web");

        IEnumerable<JsonObject> Stuck() => cluster.Server.List("/api/v1/namespaces/shop/events").Where(e => e.Text("reason") == "GateStuck");
    }

    [Fact]
    public async Task A_condition_that_may_not_be_written_keeps_no_pod_gated_and_tells_nobody_that_it_does()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", GatedPod("web", Web));
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);
        cluster.Server.Fail(new ApiFault((method, path) => method == "PATCH" && path.EndsWith("/pods/web/status", StringComparison.Ordinal), 403, Times: -1));

        await cluster.AddReplicaAsync();
        await Eventually.TrueAsync(() => Writes() >= 1, "the pod is not told what it waits for");
        held.SetResult();

        await cluster.UntilReleasedAsync("web");
        await Eventually.TrueAsync(() => Writes() >= 2, "the pod is not told that its images are there");
        await Eventually.TrueAsync(() => Events().Any(e => e.Text("reason") == "ImagesPromoted"), "nobody is told");
        Assert.DoesNotContain(Events(), e => e.Text("reason") == "GateStuck");

        int Writes() => cluster.Server.Calls.Count(call => call.Method == "PATCH" && call.Target.EndsWith("/pods/web/status", StringComparison.Ordinal));
        IReadOnlyList<JsonObject> Events() => [.. cluster.Server.List("/api/v1/namespaces/shop/events")];
    }

    [Fact]
    public async Task Where_a_policy_keeps_us_from_changing_images_the_pod_is_released_as_it_is_at_its_deadline()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);
        var pod = GatedPod("web", Web);
        pod["metadata"]!["annotations"] = new JsonObject { ["promoter.dev/gated-until"] = "2020-01-01T00:00:00Z" };
        cluster.Server.Seed("/api/v1/namespaces/shop/pods", pod);
        // What the ValidatingAdmissionPolicy does with the first patch, which changes the image along with the gate.
        cluster.Server.Fail(new ApiFault((method, path) => method == "PATCH" && path.EndsWith("/pods/web", StringComparison.Ordinal), 422, Times: 5));

        await cluster.AddReplicaAsync(TestCluster.Impatient with { Gate = new GateConfig { OnDeadline = DeadlineAnswer.Source } });

        await cluster.UntilReleasedAsync("web");
        Assert.Equal(Web, cluster.Server.Find("/api/v1/namespaces/shop/pods/web")!["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        await Eventually.TrueAsync(
            () => cluster.Server.List("/api/v1/namespaces/shop/events").Any(one => one.Text("message")?.Contains("mayChangeImages", StringComparison.Ordinal) == true), "nobody was told why");
    }

    [Fact]
    public async Task Without_a_heartbeat_no_gate_is_set()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Fail(new ApiFault((_, path) => path.Contains("/leases", StringComparison.Ordinal), 403, Times: -1));
        await cluster.AddReplicaAsync();
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);

        var answer = await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web));

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
        Assert.Contains("no gate", Assert.Single(answer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_this_account_may_not_remove_gates_none_is_set_and_the_warning_says_so()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Access = (verb, resource) => (verb, resource) is not ("patch", "pods");
        await cluster.AddReplicaAsync();
        await cluster.UntilLedAsync();
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);

        await Eventually.TrueAsync(
            async () => (await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web))).Warnings.Any(warning => warning.Contains("may not patch pods", StringComparison.Ordinal)),
            "the warning does not name the missing right");
        Assert.Empty((await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web))).Patch);
    }

    [Fact]
    public async Task A_server_before_1_27_gets_no_gates_and_the_warning_says_so()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Version = ("1", "26");
        await cluster.AddReplicaAsync();
        await cluster.UntilLedAsync();
        cluster.Engine.Copying = token => Task.Delay(Timeout.Infinite, token);

        await Eventually.TrueAsync(
            async () => (await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web))).Warnings.Any(warning => warning.Contains("1.26", StringComparison.Ordinal)),
            "the warning does not name the version");
        Assert.Empty((await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web))).Patch);
    }

    [Fact]
    public async Task An_image_that_a_pod_cannot_pull_any_more_is_brought_again()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilLedAsync();
        cluster.Engine.Has(Web);
        await cluster.CreatePodAsync("web", Web);

        cluster.Engine.Target.Clear();
        cluster.FailPull("web", Web, "ErrImagePull");

        await Eventually.TrueAsync(() => cluster.Engine.Target.ContainsKey(Web), "the image was not brought again");
    }

    [Fact]
    public async Task A_dry_run_leaves_no_lease_and_no_queue_entry()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilLedAsync();
        await UntilEveryReplicaGatesAsync(cluster);
        var review = Fixture.PodWith(Web);
        review["request"]!["dryRun"] = true;

        var answer = await cluster.Replicas[0].ReviewAsync(review);

        Assert.NotNull(answer.Apply(review)["spec"]!["schedulingGates"]);
        Assert.Equal(0, cluster.Engine.Copies);
        Assert.DoesNotContain(cluster.Server.List(Leases), lease => lease.Label("promoter.dev/lease") == "promotion");
    }

    private static Task UntilEveryReplicaGatesAsync(TestCluster cluster) => Eventually.TrueAsync(
        () => cluster.Replicas.All(replica => ((Admission.Gates.IGateGuard)replica.Services.GetService(typeof(Admission.Gates.IGateGuard))!).Problem is null), "a replica sets no gates");

    private static JsonNode? Condition(TestCluster cluster, string name) => cluster.Server.Find($"/api/v1/namespaces/shop/pods/{name}")
        .Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == "promoter.dev/ImagesPromoted");

    private static JsonObject GatedPod(string name, string image) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["promoter.dev/gate"] = "pending" } },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }),
            ["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "promoter.dev/image-pending" }),
        },
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    };

    private static JsonObject Lease(string name) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "promoter-admission", ["promoter.dev/lease"] = "promotion" },
            ["annotations"] = new JsonObject { ["promoter.dev/target"] = Web },
        },
        ["spec"] = new JsonObject { ["holderIdentity"] = "dead", ["leaseDurationSeconds"] = 1 },
    };
}
