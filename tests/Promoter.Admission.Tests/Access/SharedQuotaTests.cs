using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.Replicas;
using Promoter.Admission.Tests.Support;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Access;

public sealed class SharedQuotaTests
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/promoter/leases";
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(2, null)]
    [InlineData(null, 2500L)]
    public async Task What_one_replica_brought_counts_at_the_others_and_at_those_that_come_after(int? images, long? bytes)
    {
        var config = Config(new QuotaConfig { ImagesPerHour = images, BytesPerHour = bytes });
        await using var cluster = await StartAsync(config, replicas: 2);
        // A conflict, as where both write at the same moment.
        cluster.Server.Fail(new ApiFault((method, path) => method == "PUT" && path.Contains("/leases/quota-", StringComparison.Ordinal), 409, Times: 2));

        Assert.True((await cluster.Replicas[0].ReviewAsync(Pod("1"))).Allowed);
        await UntilToldAsync(cluster, 1);
        Assert.True((await cluster.Replicas[1].ReviewAsync(Pod("2"))).Allowed);
        await UntilToldAsync(cluster, 2);

        foreach (var replica in cluster.Replicas) await UntilRefusedAsync(replica, Pod("3", dryRun: true), "within the hour");
        Assert.False((await cluster.Replicas[0].ReviewAsync(Pod("3"))).Allowed);
        Assert.True((await cluster.Replicas[0].ReviewAsync(Pod("3", "other"))).Allowed, "another namespace has a quota of its own");
        await UntilRefusedAsync(await cluster.AddReplicaAsync(config), Pod("4", dryRun: true), "within the hour");
        _time.Advance(TimeSpan.FromMinutes(70));
        await Eventually.TrueAsync(async () => (await cluster.Replicas[1].ReviewAsync(Pod("4", dryRun: true))).Allowed, "what was brought more than an hour ago still counts");
    }

    [Fact]
    public async Task What_is_under_way_at_one_replica_counts_at_the_others_and_the_same_image_does_not_count_twice()
    {
        await using var cluster = await StartAsync(Config(new QuotaConfig { Concurrent = 1, BytesPerHour = 1500 }) with { OnMissing = MissingAnswer.Allow }, replicas: 2);
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);

        Assert.True((await cluster.Replicas[0].ReviewAsync(Pod("1"))).Allowed);

        await UntilRefusedAsync(cluster.Replicas[1], Pod("2", dryRun: true), "copies under way");
        Assert.True((await cluster.Replicas[1].ReviewAsync(Pod("1"))).Allowed, "the image that is under way is refused to a second pod");
        held.SetResult();
    }

    [Fact]
    public async Task Without_the_api_server_each_replica_counts_for_itself()
    {
        await using var cluster = await StartAsync(Config(new QuotaConfig { ImagesPerHour = 1 }), replicas: 1);
        cluster.Server.Fail(new ApiFault((_, path) => path.Contains("/leases/quota-", StringComparison.Ordinal), 500, Times: -1));

        Assert.True((await cluster.Replicas[0].ReviewAsync(Pod("1"))).Allowed);

        await UntilRefusedAsync(cluster.Replicas[0], Pod("2"), "within the hour");
    }

    [Fact]
    public void A_namespace_that_has_images_brought_all_the_time_takes_a_bounded_note()
    {
        var (log, now) = (new UsageLog([]), _time.GetUtcNow());
        for (var i = 0; i < 10_000; i++) log = log.Add($"replica-{i % 2}", 100, now + TimeSpan.FromSeconds(i), TimeSpan.FromHours(1));
        now += TimeSpan.FromSeconds(9_999);

        var read = UsageLog.Parse(log + "\nof a later version");

        Assert.InRange(log.ToString().Length, 1, 2000);
        Assert.Equal(log.Entries, read.Entries);
        var others = read.Others("replica-0", now, TimeSpan.FromHours(1)).ToList();
        Assert.InRange(others.Sum(entry => entry.Images), 1800, 1950);
        Assert.Equal(others.Sum(entry => entry.Images) * 100, others.Sum(entry => entry.Bytes));
    }

    private static AdmissionConfig Config(QuotaConfig quota) => new() { OnMissing = MissingAnswer.Inline, Gate = new GateConfig { Enabled = false }, Access = new AccessConfig { Quota = quota } };

    private static JsonObject Pod(string tag, string ns = "shop", bool dryRun = false)
    {
        var review = Fixture.PodWith($"{Rules.TargetHost}/shop/web:{tag}");
        review["request"]!["namespace"] = ns;
        review["request"]!["dryRun"] = dryRun;
        return review;
    }

    private static Task UntilToldAsync(TestCluster cluster, int images) => Eventually.TrueAsync(
        () => cluster.Server.Find($"{Leases}/{LeaseMarks.QuotaNameOf("shop")}") is { } lease && UsageLog.Parse(lease.Annotation(LeaseMarks.Used)).Entries.Sum(entry => entry.Images) == images,
        $"{images} images are not counted");

    private static Task UntilRefusedAsync(Webhook replica, JsonObject review, string reason) => Eventually.TrueAsync(
        async () => (await replica.ReviewAsync(review)).Message.Contains(reason, StringComparison.Ordinal), $"it was not refused for '{reason}'");

    private async Task<TestCluster> StartAsync(AdmissionConfig config, int replicas)
    {
        var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Configure = builder => builder.Services.AddSingleton<TimeProvider>(_time);
        for (var i = 0; i < replicas; i++) await cluster.AddReplicaAsync(config);
        return cluster;
    }
}
