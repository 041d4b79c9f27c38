using Promoter.Admission.Configuration;
using Promoter.Admission.Tests.Support;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Peers;

/// <summary>The closest peer's weaknesses in when, and how often, it copies.</summary>
public sealed class PeerWeaknessesOfCopies
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";

    [Fact]
    [Trait("Row", "lifecycle-deleted tag heals <1 min")]
    public async Task W07_An_image_that_a_lifecycle_rule_deleted_is_brought_again_though_the_cache_still_has_it()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1, TestCluster.Impatient with { Cache = new CacheConfig { Present = TimeSpan.FromHours(24) } });
        await cluster.UntilLedAsync();
        cluster.Engine.Has(Web);
        await cluster.CreatePodAsync("web", Web);

        cluster.Engine.Target.Clear();
        cluster.FailPull("web", Web, "ImagePullBackOff");

        await Eventually.TrueAsync(() => cluster.Engine.Target.ContainsKey(Web), "the image was not brought again");
    }

    [Fact]
    public async Task W08_A_copy_that_takes_longer_than_the_request_is_finished_and_made_once()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Inline });
        var held = new TaskCompletionSource();
        webhook.Engine.Copying = token => held.Task.WaitAsync(token);

        for (var i = 0; i < 3; i++) Assert.True((await webhook.ReviewAsync(Fixture.PodWith(Web), timeout: "1s")).Allowed);
        held.SetResult();

        await Eventually.TrueAsync(() => webhook.Engine.Target.ContainsKey(Web), "the copy died with its request");
        Assert.Equal(1, webhook.Engine.Copies);
    }

    [Fact]
    public async Task W09_Fifty_pods_at_once_make_one_copy_and_pull_policy_Always_makes_none_more()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate }, configure: OpenGuard.Use);
        var review = Fixture.PodWith(Web);
        review["request"]!["object"]!["spec"]!["containers"]![0]!["imagePullPolicy"] = "Always";

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => webhook.ReviewAsync(review)));
        await Eventually.TrueAsync(() => webhook.Engine.Target.ContainsKey(Web), "nothing was copied");
        for (var i = 0; i < 5; i++) await webhook.ReviewAsync(review);

        Assert.Equal(1, webhook.Engine.Copies);
    }

    [Fact]
    [Trait("Row", "controller killed with gated pods, recovers and ungates")]
    public async Task W14_What_a_replica_was_copying_is_handed_over_when_it_ends_and_its_pods_are_released()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 2);
        await cluster.UntilAllGateAsync();
        var first = true;
        cluster.Engine.Copying = token => Interlocked.Exchange(ref first, false) ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        await cluster.CreatePodAsync("web", Web);
        await Eventually.TrueAsync(() => cluster.Engine.Copies == 1, "the copy did not start");
        var holder = cluster.Server.List("/apis/coordination.k8s.io/v1/namespaces/promoter/leases").First(lease => lease.Label("promoter.dev/lease") == "promotion").Text("spec", "holderIdentity");

        await cluster.StopAsync(cluster.Replicas[holder == "replica-1" ? 0 : 1]);

        await cluster.UntilReleasedAsync("web");
        Assert.Equal(2, cluster.Engine.Copies);
    }
}
