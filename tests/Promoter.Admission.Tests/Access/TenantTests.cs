using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Access;
using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Access;

public sealed class TenantTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private static readonly AdmissionConfig OwnSecrets = TestCluster.Impatient with { OnMissing = MissingAnswer.Inline, Access = new AccessConfig { PullSecrets = true } };

    [Fact]
    [Trait("Row", "cross-namespace private image refused")]
    public async Task A_private_image_that_is_there_already_is_refused_to_a_pod_whose_own_secrets_cannot_read_the_source()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);

        var teamA = await cluster.Replicas[0].ReviewAsync(PodIn("team-a"));
        var teamB = await cluster.Replicas[0].ReviewAsync(PodIn("team-b"));

        Assert.True(teamA.Allowed, teamA.Message);
        Assert.False(teamB.Allowed);
        Assert.Contains("own pull secrets cannot read the source", teamB.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", teamB.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_a_rule_refuses_needs_the_proof_too()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has($"{Rules.TargetHost}/shop/web:latest");
        var review = PodIn("team-b");
        review["request"]!["object"]!["spec"]!["containers"]![0]!["image"] = $"{Rules.TargetHost}/shop/web:latest";

        Assert.Contains("own pull secrets cannot read the source", (await cluster.Replicas[0].ReviewAsync(review)).Message, StringComparison.Ordinal);
        review["request"]!["namespace"] = "team-a";
        Assert.True((await cluster.Replicas[0].ReviewAsync(review)).Allowed);
    }

    [Fact]
    public async Task A_proof_is_remembered_per_credential()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);

        for (var i = 0; i < 5; i++) await cluster.Replicas[0].ReviewAsync(PodIn("team-a"));
        await cluster.Replicas[0].ReviewAsync(PodIn("team-b"));

        Assert.Equal(2, cluster.Engine.Calls.Count(call => call.StartsWith("prove ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_gated_pod_without_the_right_secrets_is_not_released_because_another_tenant_brought_the_image()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);
        foreach (var team in (string[])["team-a", "team-b"])
        {
            var pod = PodIn(team)["request"]!["object"]!.DeepClone().AsObject();
            pod["metadata"] = new JsonObject { ["name"] = "web" };
            pod["spec"]!["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "promoter.dev/image-pending" });
            pod["status"] = new JsonObject { ["phase"] = "Pending" };
            cluster.Server.Seed($"/api/v1/namespaces/{team}/pods", pod);
        }

        await Eventually.TrueAsync(() => !IsGated(cluster, "team-a"), "the pod with the right secrets is still gated");
        await Eventually.TrueAsync(() => cluster.Server.Find("/api/v1/namespaces/team-b/pods/web")!["status"]!["conditions"] is JsonArray, "nobody looked at the other pod");

        Assert.True(IsGated(cluster, "team-b"));
    }

    [Fact]
    public async Task A_deadline_is_no_way_around_the_proof()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);
        var pod = PodIn("team-b")["request"]!["object"]!.DeepClone().AsObject();
        pod["metadata"] = new JsonObject { ["name"] = "web", ["annotations"] = new JsonObject { ["promoter.dev/gated-until"] = "2020-01-01T00:00:00Z" } };
        pod["spec"]!["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "promoter.dev/image-pending" });
        pod["status"] = new JsonObject { ["phase"] = "Pending" };
        cluster.Server.Seed("/api/v1/namespaces/team-b/pods", pod);

        await Eventually.TrueAsync(() => cluster.Server.Find("/api/v1/namespaces/team-b/pods/web")!["status"]!["conditions"] is JsonArray, "nobody looked at the pod");

        Assert.True(IsGated(cluster, "team-b"));
    }

    [Fact]
    public async Task Every_matching_credential_is_tried_before_a_pod_is_refused()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);
        Seed(cluster, "team-c", "wrong");
        Seed(cluster, "team-c", "right", "second");
        var review = PodIn("team-c");
        review["request"]!["object"]!["spec"]!["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "regcred" }, new JsonObject { ["name"] = "gone" }, new JsonObject { ["name"] = "second" });

        Assert.True((await cluster.Replicas[0].ReviewAsync(review)).Allowed);
        Assert.Equal(2, cluster.Engine.Calls.Count(call => call.StartsWith("prove ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_pod_that_names_no_secret_has_those_of_its_service_account()
    {
        await using var cluster = await ClusterAsync();
        cluster.Engine.Has(Web);
        cluster.Server.Seed("/api/v1/namespaces/team-a/serviceaccounts", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ServiceAccount",
            ["metadata"] = new JsonObject { ["name"] = "builder" },
            ["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "regcred" }),
        });
        var review = PodIn("team-a");
        var spec = review["request"]!["object"]!["spec"]!.AsObject();
        spec.Remove("imagePullSecrets");
        spec["serviceAccountName"] = "builder";

        Assert.True((await cluster.Replicas[0].ReviewAsync(review)).Allowed);
        spec["serviceAccountName"] = "another";
        Assert.False((await cluster.Replicas[0].ReviewAsync(review)).Allowed);
    }

    [Fact]
    public async Task While_the_source_does_not_answer_a_pod_waits_and_one_that_cannot_is_refused()
    {
        await using var cluster = await ClusterAsync();
        await cluster.UntilLedAsync();
        cluster.Engine.Has(Web);
        cluster.Engine.SourceFault = _ => new ImageFault(ImageFaultKind.TimedOut, Side.Source, "no answer");
        var bound = PodIn("team-a");
        bound["request"]!["object"]!["spec"]!["nodeName"] = "node-1";

        await Eventually.TrueAsync(async () => (await cluster.Replicas[0].ReviewAsync(PodIn("team-a"))).Patch.Count > 0, "the pod is not gated");

        Assert.False((await cluster.Replicas[0].ReviewAsync(bound)).Allowed);
    }

    [Fact]
    public async Task Pull_secrets_stand_in_no_answer_no_event_no_log_and_no_lease()
    {
        var logs = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var cluster = await TestCluster.StartAsync(replicas: 0, OwnSecrets);
        cluster.Configure = builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new RecordingLogs(logs));
        await cluster.AddReplicaAsync(OwnSecrets);
        Seed(cluster, "team-a", "hunter2-right");
        cluster.Engine.SourceFault = access => ((PullCredential)access.Credentials!).Credential is null ? new ImageFault(ImageFaultKind.Denied, Side.Source, "access denied") : null;

        var answer = await cluster.Replicas[0].ReviewAsync(PodIn("team-a"));
        var status = await cluster.Replicas[0].GetAsync("/status");

        Assert.True(answer.Allowed, answer.Message);
        Assert.NotEmpty(logs);
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("team:hunter2-right"));
        foreach (var text in logs.Append(status).Append(answer.ToString()).Concat(cluster.Server.Calls.Select(call => call.Target + call.Body)))
        {
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
            Assert.DoesNotContain(encoded, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_source_outside_of_the_allow_list_is_never_asked()
    {
        var config = new AdmissionConfig { OnMissing = MissingAnswer.Inline, Access = new AccessConfig { Sources = [RegistryPrefix.Parse($"{Rules.SourceHost}/public")] } };
        await using var webhook = await Webhook.StartAsync(config);

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.False(answer.Allowed);
        Assert.Contains("admission.access.sources", answer.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(webhook.Engine.Calls, call => call.StartsWith("plan ", StringComparison.Ordinal));

        webhook.Engine.Has($"{Rules.TargetHost}/shop/present:1");
        Assert.True((await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/present:1"))).Allowed, "what the target has needs no source");
    }

    [Fact]
    public async Task Bytes_and_concurrent_copies_of_a_namespace_are_limited_and_a_dry_run_foresees_it()
    {
        var config = new AdmissionConfig
        {
            OnMissing = MissingAnswer.Gate,
            CannotGate = FallbackAnswer.Allow,
            Access = new AccessConfig { Quota = new QuotaConfig { BytesPerHour = 2500, Concurrent = 1 } },
        };
        await using var webhook = await Webhook.StartAsync(config, configure: OpenGuard.Use);
        var held = new TaskCompletionSource();
        webhook.Engine.Copying = token => held.Task.WaitAsync(token);
        static JsonObject Pod(string tag, string ns, bool dryRun = false)
        {
            var review = Fixture.PodWith($"{Rules.TargetHost}/shop/web:{tag}");
            review["request"]!["namespace"] = ns;
            review["request"]!["dryRun"] = dryRun;
            return review;
        }

        Assert.True((await webhook.ReviewAsync(Pod("1", "a"))).Allowed);
        Assert.Contains("copies under way", (await webhook.ReviewAsync(Pod("2", "a", dryRun: true))).Message, StringComparison.Ordinal);
        Assert.Contains("copies under way", (await webhook.ReviewAsync(Pod("2", "a"))).Message, StringComparison.Ordinal);
        Assert.True((await webhook.ReviewAsync(Pod("3", "b"))).Allowed, "another namespace has a quota of its own");
        held.SetResult();
        await Eventually.TrueAsync(async () => (await webhook.ReviewAsync(Pod("4", "a"))).Allowed, "the place of the first copy was not given back");
        await Eventually.TrueAsync(async () => (await webhook.ReviewAsync(Pod("5", "a"))).Message.Contains("quota of", StringComparison.Ordinal), "the bytes of the hour are not counted");
    }

    [Fact]
    public async Task Quotas_and_the_largest_size_refuse_with_a_reason()
    {
        var config = new AdmissionConfig { OnMissing = MissingAnswer.Inline, Access = new AccessConfig { MaxImageBytes = 5000, Quota = new QuotaConfig { ImagesPerHour = 2 } } };
        await using var webhook = await Webhook.StartAsync(config);
        foreach (var tag in (string[])["1", "2", "3"]) webhook.Engine.Source[$"{Rules.SourceHost}/shop/web:{tag}"] = 1000;
        webhook.Engine.Source[$"{Rules.SourceHost}/shop/web:large"] = 5001;

        var large = await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:large"));
        Assert.True((await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:1"))).Allowed);
        Assert.True((await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:2"))).Allowed);
        var third = await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:3"));

        Assert.Contains("maxImageSize", large.Message, StringComparison.Ordinal);
        Assert.Contains("quota", third.Message, StringComparison.Ordinal);
        Assert.Equal(2, webhook.Engine.Copies);
    }

    [Fact]
    public async Task A_copy_that_fails_does_not_count_for_the_hour()
    {
        var config = new AdmissionConfig { OnMissing = MissingAnswer.Inline, Access = new AccessConfig { Quota = new QuotaConfig { ImagesPerHour = 1 } } };
        await using var webhook = await Webhook.StartAsync(config);
        webhook.Engine.CopyFault = _ => new ImageFault(ImageFaultKind.Failed, Side.Target, "broken");
        for (var i = 0; i < 3; i++) await webhook.ReviewAsync(Fixture.PodWith(Web));

        webhook.Engine.CopyFault = _ => null;
        await Eventually.TrueAsync(async () => (await webhook.ReviewAsync(Fixture.PodWith(Web))).Allowed && webhook.Engine.Target.ContainsKey(Web), "failures used the quota up");
    }

    private static async Task<TestCluster> ClusterAsync()
    {
        var cluster = await TestCluster.StartAsync(replicas: 1, OwnSecrets);
        Seed(cluster, "team-a", "right");
        Seed(cluster, "team-b", "wrong");
        cluster.Engine.SourceFault = access => ((PullCredential)access.Credentials!).Credential?.Secret is "right"
            ? null
            : new ImageFault(ImageFaultKind.Denied, Side.Source, "access denied");
        return cluster;
    }

    private static void Seed(TestCluster cluster, string ns, string password, string name = "regcred")
    {
        var entry = new JsonObject { ["username"] = "team", ["password"] = password };
        var auths = new JsonObject { ["auths"] = new JsonObject { [Rules.SourceHost] = entry } }.ToJsonString();
        cluster.Server.Seed($"/api/v1/namespaces/{ns}/secrets", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["type"] = "kubernetes.io/dockerconfigjson",
            ["data"] = new JsonObject { [".dockerconfigjson"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(auths)) },
        });
    }

    private static JsonObject PodIn(string ns)
    {
        var review = Fixture.PodWith(Web);
        review["request"]!["namespace"] = ns;
        review["request"]!["object"]!["spec"]!["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "regcred" });
        return review;
    }

    private static bool IsGated(TestCluster cluster, string ns) => cluster.Server.Find($"/api/v1/namespaces/{ns}/pods/web")!["spec"]!["schedulingGates"] is JsonArray { Count: > 0 };
}
