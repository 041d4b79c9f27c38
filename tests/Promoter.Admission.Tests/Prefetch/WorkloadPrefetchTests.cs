using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.FakeApiServer;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Prefetch;

public sealed class WorkloadPrefetchTests
{
    private static readonly AdmissionConfig Prefetching = TestCluster.Impatient with { Prefetch = new PrefetchConfig { Enabled = true, Parallelism = 2 } };
    private static readonly string[] Workloads =
        ["apps/v1/deployments", "apps/v1/statefulsets", "apps/v1/daemonsets", "batch/v1/jobs", "batch/v1/cronjobs"];

    [Fact]
    public async Task What_pods_of_workloads_will_need_is_brought_before_there_is_a_pod_and_no_workload_is_touched()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        foreach (var path in Workloads) Seed(cluster, path, "one", Image(path));

        await cluster.AddReplicaAsync(Prefetching);

        await UntilPresentAsync(cluster, [.. Workloads.Select(Image)]);
        Assert.Equal(Workloads.Length, cluster.Engine.Copies);
        Assert.All(cluster.Server.Calls.Where(IsOfWorkloads), call => Assert.Equal("GET", call.Method));
        Assert.Equal(Workloads.Length, cluster.Server.Calls.Count(call => IsOfWorkloads(call) && !call.Target.Contains("watch=true", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_new_image_of_a_deployment_is_brought_though_the_watch_broke_meanwhile()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        Seed(cluster, Workloads[0], "web", Shop("web:1"));
        await cluster.AddReplicaAsync(Prefetching);
        await UntilPresentAsync(cluster, Shop("web:1"));

        cluster.Server.ForgetHistory();
        cluster.Server.Change("/apis/apps/v1/namespaces/shop/deployments/web", item => item["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = Shop("web:2"));

        await UntilPresentAsync(cluster, Shop("web:2"));
    }

    [Fact]
    public async Task Only_the_replica_that_leads_watches()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        await cluster.AddReplicaAsync(Prefetching);
        await cluster.UntilLedAsync();
        await cluster.AddReplicaAsync(Prefetching);
        Seed(cluster, Workloads[4], "report", Shop("report:1"));

        await UntilPresentAsync(cluster, Shop("report:1"));

        Assert.All(Workloads, path => Assert.Equal(1, cluster.Server.Calls.Count(call => IsOf(call, path) && !call.Target.Contains("watch=true", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Nothing_is_watched_unless_it_is_switched_on()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilLedAsync();

        await cluster.StopAsync(cluster.Replicas[0]);

        Assert.DoesNotContain(cluster.Server.Calls, IsOfWorkloads);
    }

    [Fact]
    public async Task What_makes_no_pods_any_more_and_what_no_rule_covers_is_left_alone()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        Seed(cluster, "batch/v1/jobs", "finished", Shop("finished:1"), item => item["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Complete", ["status"] = "True" }),
        });
        Seed(cluster, "batch/v1/cronjobs", "suspended", Shop("suspended:1"), item => item["spec"]!["suspend"] = true);
        Seed(cluster, "apps/v1/deployments", "other", "docker.io/library/nginx:1");
        Seed(cluster, "apps/v1/deployments", "system", Shop("system:1"), ns: "kube-system");
        Seed(cluster, "apps/v1/deployments", "own", Shop("own:1"), ns: "promoter");
        // Listed last: when it is there, the others have been looked at.
        Seed(cluster, "batch/v1/cronjobs", "wanted", Shop("wanted:1"));

        await cluster.AddReplicaAsync(Prefetching);

        await UntilPresentAsync(cluster, Shop("wanted:1"));
        await cluster.StopAsync(cluster.Replicas[0]);
        Assert.All(cluster.Engine.Calls, call => Assert.Contains("wanted:1", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_leaves_room_for_images_that_pods_wait_for_and_tries_again_what_failed()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        var (atOnce, most, failures) = (0, 0, 3);
        cluster.Engine.Copying = async token =>
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            Interlocked.Decrement(ref atOnce);
        };
        cluster.Engine.CopyFault = _ => Interlocked.Decrement(ref failures) >= 0 ? new ImageFault(ImageFaultKind.TimedOut, Side.Target, "a bad minute") : null;
        string[] images = [.. Enumerable.Range(0, 8).Select(i => Shop($"web{i}:1"))];
        for (var i = 0; i < images.Length; i++) Seed(cluster, Workloads[0], $"web{i}", images[i]);

        await cluster.AddReplicaAsync(Prefetching);

        await UntilPresentAsync(cluster, images);
        Assert.InRange(most, 1, 2);
        Assert.Equal(images.Length + 3, cluster.Engine.Copies);
    }

    private static string Shop(string image) => $"{Rules.TargetHost}/shop/{image}";

    private static string Image(string path) => Shop($"{path.Split('/')[^1]}:1");

    private static bool IsOf(RecordedCall call, string path) => call.Target.StartsWith($"/apis/{path}", StringComparison.Ordinal);

    private static bool IsOfWorkloads(RecordedCall call) => Workloads.Any(path => IsOf(call, path));

    private static Task UntilPresentAsync(TestCluster cluster, params string[] images) => Eventually.TrueAsync(
        () => images.All(cluster.Engine.Target.ContainsKey), $"not brought; calls: {string.Join(", ", cluster.Engine.Calls)}");

    private static void Seed(TestCluster cluster, string path, string name, string image, Action<JsonObject>? change = null, string ns = "shop")
    {
        JsonObject template = new()
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name } },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) },
        };
        JsonObject item = new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["spec"] = path.EndsWith("cronjobs", StringComparison.Ordinal)
                ? new JsonObject { ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } } }
                : new JsonObject { ["template"] = template },
        };
        change?.Invoke(item);
        var (group, plural) = (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        cluster.Server.Seed($"/apis/{group}/namespaces/{ns}/{plural}", item);
    }
}
