using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Jobs;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Tests.Support;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Tests.Jobs;

public sealed class JobTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string All = "/apis/batch/v1/namespaces/promoter/jobs";
    private static readonly JobSettings Settings = new()
    {
        Image = "registry.example.com/promoter:1",
        ServiceAccount = "promoter",
        ConfigMap = "promoter-admission",
        PullSecrets = ["registry"],
        Environment = new Dictionary<string, string> { ["AWS_REGION"] = "eu-west-1" },
    };

    private static readonly AdmissionConfig Large = TestCluster.Impatient with { OnDemand = TestCluster.Impatient.OnDemand with { JobAbove = 500 } };
    private static readonly Digest WebDigest = FakeEngine.DigestOf(ImageReference.Parse(Web));

    [Fact]
    public async Task A_copy_above_the_size_is_one_job_of_promoter_in_our_namespace_however_many_replicas_ask()
    {
        await using var cluster = await StartAsync(replicas: 3);
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"web-{i}")];
        await Task.WhenAll(names.Select(name => cluster.CreatePodAsync(name, Web)));

        await Eventually.TrueAsync(() => cluster.Server.List(All).Count == 1, "no Job was made");
        var job = cluster.Server.List(All)[0];
        Assert.Equal($"{Web}@{WebDigest}", job["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]![1]!.GetValue<string>());
        Assert.Equal("registry", Assert.Single(job["spec"]!["template"]!["spec"]!["imagePullSecrets"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.All(names, name => Assert.True(cluster.IsGated(name)));
        End(cluster, job, "Complete", present: true);

        await cluster.UntilReleasedAsync(names);
        Assert.Equal(0, cluster.Engine.Copies);
        Assert.Single(cluster.Server.Calls, call => call.Method == "POST" && call.Target.EndsWith("/jobs", StringComparison.Ordinal) && call.Body.Length > 0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("registry, other", "registry", "other")]
    public void Pull_secrets_come_from_the_environment(string? variable, params string[] secrets)
    {
        var settings = JobSettings.Read(name => name switch
        {
            JobSettings.PullSecretsVariable => variable,
            _ => "set",
        });

        Assert.Equal(secrets, settings!.PullSecrets);
    }

    [Fact]
    public async Task A_copy_below_the_size_is_made_by_the_replica_itself()
    {
        await using var cluster = await StartAsync(replicas: 1, TestCluster.Impatient with { OnDemand = TestCluster.Impatient.OnDemand with { JobAbove = 5000 } });

        await cluster.CreatePodAsync("web", Web);

        await cluster.UntilReleasedAsync("web");
        Assert.Empty(cluster.Server.List(All));
        Assert.Equal(1, cluster.Engine.Copies);
    }

    [Fact]
    public async Task A_job_outlives_the_replica_that_made_it_and_the_next_one_waits_for_it()
    {
        await using var cluster = await StartAsync(replicas: 1);
        await cluster.CreatePodAsync("web", Web);
        await Eventually.TrueAsync(() => cluster.Server.List(All).Count == 1, "no Job was made");
        var job = cluster.Server.List(All)[0];

        var first = cluster.Replicas[0];
        await cluster.AddReplicaAsync(Large);
        await cluster.StopAsync(first);
        await Eventually.TrueAsync(
            () => cluster.Server.Calls.Count(call => call.Method == "POST" && call.Target.EndsWith("/jobs", StringComparison.Ordinal)) >= 2, "the second replica did not ask for the Job");
        Assert.Equal(job.Uid(), Assert.Single(cluster.Server.List(All)).Uid());
        End(cluster, job, "Complete", present: true);

        await cluster.UntilReleasedAsync("web");
    }

    [Fact]
    public async Task Why_a_job_failed_is_said_in_the_words_of_its_pod()
    {
        await using var cluster = await StartAsync(replicas: 1);
        await cluster.CreatePodAsync("web", Web);
        await Eventually.TrueAsync(() => cluster.Server.List(All).Count == 1, "no Job was made");
        var job = cluster.Server.List(All)[0];

        cluster.Server.Seed("/api/v1/namespaces/promoter/pods", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "promote-x", ["labels"] = new JsonObject { ["job-name"] = job.Name() } },
            ["status"] = new JsonObject
            {
                ["phase"] = "Failed",
                ["containerStatuses"] = new JsonArray(new JsonObject
                {
                    ["name"] = "promote",
                    ["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 3, ["message"] = "shop/web:1.4.2 is not at the source\n" } },
                }),
            },
        });
        End(cluster, job, "Failed", present: false);

        await Eventually.TrueAsync(
            () => cluster.Server.Find("/api/v1/namespaces/shop/pods/web").Items("status", "conditions").Any(condition =>
                condition.Text("message")?.Contains("is not at the source", StringComparison.Ordinal) == true),
            "the pod's condition does not say why");
    }

    [Fact]
    public async Task A_job_that_has_ended_makes_room_for_the_next_attempt()
    {
        await using var cluster = await StartAsync(replicas: 0);
        var old = cluster.Server.Seed(All, PromotionJob.Compose(Image(), WebDigest, Settings, "promoter"));
        End(cluster, old, "Failed", present: false);
        await cluster.AddReplicaAsync(Large);
        await cluster.UntilLedAsync();

        await cluster.Replicas[0].ReviewAsync(Fixture.PodWith(Web));

        await Eventually.TrueAsync(() => cluster.Server.List(All) is [var job] && job.Uid() != old.Uid(), "the failed Job was not replaced");
    }

    [Fact]
    public async Task A_failed_job_that_a_cache_still_shows_is_not_taken_for_the_next_attempt()
    {
        await using var cluster = await StartAsync(replicas: 0);
        var old = cluster.Server.Seed(All, PromotionJob.Compose(Image(), WebDigest, Settings, "promoter"));
        End(cluster, old, "Failed", present: false);
        cluster.Server.FreezeCache();
        await cluster.AddReplicaAsync(Large);
        await cluster.UntilLedAsync();
        await cluster.UntilAllGateAsync();

        await cluster.CreatePodAsync("web", Web);
        await Eventually.TrueAsync(() => cluster.Server.List(All) is [var job] && job.Uid() != old.Uid(), "the failed Job was not replaced");
        await Eventually.TrueAsync(() => cluster.Server.Calls.Any(call => call.Target.Contains("/jobs?watch=true", StringComparison.Ordinal)), "the Job is not watched");
        End(cluster, Assert.Single(cluster.Server.List(All)), "Complete", present: true);

        await cluster.UntilReleasedAsync("web");
        Assert.DoesNotContain(cluster.Server.List("/api/v1/namespaces/shop/events"), happened => happened.Text("message")?.Contains("could not bring", StringComparison.Ordinal) == true);
        Assert.Single(cluster.Server.Calls, call => call.Method == "DELETE" && call.Target.Contains("/jobs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_right_to_make_jobs_the_pod_is_told()
    {
        await using var cluster = await StartAsync(replicas: 1);
        cluster.Server.Fail(new FakeApiServer.ApiFault((_, path) => path.Contains("/jobs", StringComparison.Ordinal), 403, Times: -1));

        await cluster.CreatePodAsync("web", Web);

        await Eventually.TrueAsync(
            () => cluster.Server.Find("/api/v1/namespaces/shop/pods/web").Items("status", "conditions").Any(condition =>
                condition.Text("message")?.Contains("cannot be made", StringComparison.Ordinal) == true),
            "the pod's condition does not say why");
    }

    [Fact]
    public void The_job_is_valid_by_the_recorded_schema_and_restricted()
    {
        var job = PromotionJob.Compose(Image(), WebDigest, Settings, "promoter");

        Assert.Empty(FakeApiServer.Schemas.Check(JsonNode.Parse(job.ToJsonString())!.AsObject()));
        var pod = job["spec"]!["template"]!["spec"]!;
        Assert.Equal("Never", pod["restartPolicy"]!.GetValue<string>());
        Assert.True(pod["securityContext"]!["runAsNonRoot"]!.GetValue<bool>());
        Assert.Equal("RuntimeDefault", pod["securityContext"]!["seccompProfile"]!["type"]!.GetValue<string>());
        Assert.Equal(PromotionJob.Container, job["spec"]!["podFailurePolicy"]!["rules"]![1]!["onExitCodes"]!["containerName"]!.GetValue<string>());
        Assert.True(PromotionJob.NameOf(Image(), WebDigest).Length <= 63);
        Assert.Equal(PromotionJob.NameOf(Image(), WebDigest), PromotionJob.NameOf(Image() with { Rule = "another" }, WebDigest));
    }

    [Theory]
    [InlineData(null, "map", false)]
    [InlineData("image", null, false)]
    [InlineData("image", "map", true)]
    public void A_job_needs_an_image_and_a_config_map(string? image, string? map, bool possible)
    {
        var variables = new Dictionary<string, string?> { [JobSettings.ImageVariable] = image, [JobSettings.ConfigMapVariable] = map, ["AWS_REGION"] = "eu-west-1", ["AWS_SECRET_ACCESS_KEY"] = "secret" };

        var settings = JobSettings.Read(variables.GetValueOrDefault);

        Assert.Equal(possible, settings is not null);
        if (settings is not null) Assert.Equal(["AWS_REGION"], settings.Environment.Keys);
    }

    private static PairedImage Image() => new("shop", ImageReference.Parse($"{Rules.SourceHost}/shop/web:1.4.2"), ImageReference.Parse(Web), NamesSource: false);

    private static async Task<TestCluster> StartAsync(int replicas, AdmissionConfig? config = null)
    {
        var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Jobs = Settings;
        for (var i = 0; i < replicas; i++) await cluster.AddReplicaAsync(config ?? Large);
        if (replicas > 0) await cluster.UntilAllGateAsync();
        return cluster;
    }

    // What the Job's controller and its pod do.
    private static void End(TestCluster cluster, JsonObject job, string condition, bool present)
    {
        if (present) cluster.Engine.Has(Web);
        cluster.Server.Change($"{All}/{job.Name()}", changed => changed["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition, ["status"] = "True", ["reason"] = "PodFailurePolicy", ["message"] = "exit code" }),
        });
    }
}
