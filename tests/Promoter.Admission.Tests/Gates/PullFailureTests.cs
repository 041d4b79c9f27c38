using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Kubernetes;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Gates;

/// <summary>Pods that were let in although their image is missing: no review comes for them any more, only what the kubelet reports.</summary>
public sealed class PullFailureTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string Tools = Rules.TargetHost + "/shop/tools:1";
    private const string Pods = "/api/v1/namespaces/shop/pods";
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/promoter/leases";
    private static readonly ImageFault Throttled = new(ImageFaultKind.Throttled, Side.Source, "the source asked to slow down");
    private static readonly AdmissionConfig Allowing = TestCluster.Impatient with { OnMissing = MissingAnswer.Allow, Gate = new GateConfig { Enabled = false }, OnDemand = new OnDemandConfig() };

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_that_failed_is_tried_again_for_as_long_as_the_pod_cannot_pull(bool failsWhilePlanning)
    {
        await using var cluster = await StartAsync(Allowing);
        var failures = 0;
        ImageFault? FailTwice() => Interlocked.Increment(ref failures) <= 2 ? Throttled : null;
        if (failsWhilePlanning) cluster.Engine.PlanFault = _ => FailTwice();
        else cluster.Engine.CopyFault = _ => FailTwice();
        await cluster.CreatePodAsync("web", Web);

        // One report; the kubelet's next may be five minutes away.
        cluster.FailPull("web", Web, "ErrImagePull");

        await UntilAsync(() => cluster.Engine.Target.ContainsKey(Web), "the copy was not tried again");
        Assert.Equal(3, failures);
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_waited_for_no_longer()
    {
        await using var cluster = await StartAsync(Allowing);
        cluster.Engine.CopyFault = _ => Throttled;
        await cluster.CreatePodAsync("web", Web);
        cluster.FailPull("web", Web, "ImagePullBackOff");
        await UntilAsync(() => cluster.Engine.Copies >= 2, "the copy was not tried again");

        cluster.Server.Remove($"{Pods}/web");
        var before = cluster.Engine.Copies;

        // One may be under way at that moment; these minutes hold every pause between two attempts.
        await PassAsync(TimeSpan.FromMinutes(3));
        Assert.InRange(cluster.Engine.Copies, before, before + 1);
    }

    [Fact]
    public async Task The_image_of_an_ephemeral_container_is_tried_again_though_its_pod_runs()
    {
        await using var cluster = await StartAsync(Allowing);
        cluster.Server.Seed(Pods, Running("web"));
        var failures = 0;
        cluster.Engine.CopyFault = _ => Interlocked.Increment(ref failures) <= 2 ? Throttled : null;

        var answer = await cluster.Replicas[0].ReviewAsync(Debug("web"));
        Assert.True(answer.Allowed);
        SetDebugger(cluster, "web", new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff" } });

        await UntilAsync(() => cluster.Engine.Target.ContainsKey(Tools), "the copy was not tried again");
        SetDebugger(cluster, "web", new JsonObject { ["running"] = new JsonObject() });
        await UntilAsync(() => !Notes(cluster).Any(), "the pod is looked after for ever");
    }

    [Fact]
    public async Task The_replica_that_leads_next_knows_of_the_ephemeral_container_too()
    {
        await using var cluster = await StartAsync(Allowing);
        cluster.Server.Seed(Pods, Running("web"));
        cluster.Engine.CopyFault = _ => Throttled;
        await cluster.Replicas[0].ReviewAsync(Debug("web"));
        SetDebugger(cluster, "web", new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ErrImagePull" } });
        await UntilAsync(() => Notes(cluster).Any() && cluster.Engine.Copies > 0, "the pod is not noted");

        await cluster.StopAsync(cluster.Replicas[0]);
        cluster.Engine.CopyFault = _ => null;
        await cluster.AddReplicaAsync(Allowing);

        await UntilAsync(() => cluster.Engine.Target.ContainsKey(Tools), "the next leader does not know");
    }

    [Fact]
    public async Task A_dry_run_of_kubectl_debug_leaves_no_note()
    {
        await using var cluster = await StartAsync(Allowing);
        cluster.Server.Seed(Pods, Running("web"));
        var review = Debug("web");
        review["request"]!["dryRun"] = true;

        await cluster.Replicas[0].ReviewAsync(review);

        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(Notes(cluster));
    }

    [Fact]
    public async Task Where_the_webhook_only_observes_a_pod_that_cannot_pull_starts_nothing()
    {
        await using var cluster = await StartAsync(Allowing with { Observe = true });
        await cluster.CreatePodAsync("web", Web);

        cluster.FailPull("web", Web, "ErrImagePull");

        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, cluster.Engine.Copies);
    }

    private static IEnumerable<JsonObject> Notes(TestCluster cluster) => cluster.Server.List(Leases).Where(lease => lease.Label("promoter.dev/lease") == "debugged");

    private static JsonObject Running(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["nodeName"] = "node-1", ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "nginx" }) },
        ["status"] = new JsonObject { ["phase"] = "Running" },
    };

    private static JsonObject Debug(string name)
    {
        var review = Fixture.Review("update-pod-ephemeralcontainers");
        var request = review["request"]!;
        (request["namespace"], request["name"], request["object"], request["oldObject"]) = ("shop", name, Running(name), Running(name));
        request["object"]!["spec"]!["ephemeralContainers"] = new JsonArray(new JsonObject { ["name"] = "debugger", ["image"] = Tools });
        return review;
    }

    /// <summary>As the API server stores the container, and the kubelet says how it is.</summary>
    private static void SetDebugger(TestCluster cluster, string name, JsonObject containerState) => cluster.Server.Change($"{Pods}/{name}", pod =>
    {
        pod["spec"]!["ephemeralContainers"] = new JsonArray(new JsonObject { ["name"] = "debugger", ["image"] = Tools });
        pod["status"]!["ephemeralContainerStatuses"] = new JsonArray(new JsonObject { ["name"] = "debugger", ["image"] = Tools, ["state"] = containerState });
    });

    private async Task<TestCluster> StartAsync(AdmissionConfig config)
    {
        var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Configure = builder => builder.Services.AddSingleton<TimeProvider>(_time);
        await cluster.AddReplicaAsync(config);
        await UntilAsync(() => cluster.Server.Find($"{Leases}/promoter-admission-gates") is not null, "no replica leads");
        return cluster;
    }

    private Task UntilAsync(Func<bool> condition, string otherwise) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            return condition();
        },
        otherwise);

    private Task PassAsync(TimeSpan duration)
    {
        var end = _time.GetUtcNow() + duration;
        return UntilAsync(() => _time.GetUtcNow() >= end, "time does not pass");
    }
}
