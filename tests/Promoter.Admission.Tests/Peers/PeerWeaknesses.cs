using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Engine;
using Promoter.Admission.Jobs;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Tests.Support;
using Promoter.Kubernetes;
using Promoter.Oci;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Peers;

/// <summary>What the closest peer (k8s-image-swapper) gets wrong, weakness by weakness: each test shows that this webhook does not.</summary>
public sealed class PeerWeaknesses
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string SourceWeb = Rules.SourceHost + "/shop/web:1.4.2";

    [Fact]
    [Trait("Row", "dry-run copies nothing")]
    public async Task W01_A_dry_run_and_an_observer_copy_nothing_and_create_nothing()
    {
        await using var webhook = await Webhook.StartAsync(configure: OpenGuard.Use);
        await using var observer = await Webhook.StartAsync(new AdmissionConfig { Observe = true });
        var review = Fixture.PodWith(Web, SourceWeb);
        review["request"]!["dryRun"] = true;

        var dry = await webhook.ReviewAsync(review);
        var observed = await observer.ReviewAsync(Fixture.PodWith(Web, SourceWeb));

        Assert.NotEmpty(dry.Patch);
        Assert.Empty(observed.Patch);
        Assert.NotEmpty(observed.Audit);
        foreach (var one in (Webhook[])[webhook, observer]) Assert.DoesNotContain(one.Engine.Calls, call => call.StartsWith("copy ", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Row", "metadata UPDATE never restarts a pod")]
    public async Task W02_An_update_of_labels_never_changes_the_image_of_a_running_pod()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });
        var review = Fixture.Review("update-pod-labels-only");
        foreach (var side in (string[])["object", "oldObject"]) review["request"]![side]!["spec"]!["containers"]![0]!["image"] = SourceWeb;
        webhook.Engine.Has(Web);

        Assert.Empty((await webhook.ReviewAsync(review)).Patch);
        Assert.Empty(webhook.Engine.Calls);
    }

    [Fact]
    [Trait("Row", "34 s chain budget respected")]
    public async Task W03_However_many_registries_hang_the_answer_comes_within_the_servers_time()
    {
        var config = new AdmissionConfig { OnMissing = MissingAnswer.Inline, Cache = new CacheConfig { LookUp = TimeSpan.FromMinutes(5) } };
        await using var webhook = await Webhook.StartAsync(config);
        webhook.Engine.LookingUp = token => Task.Delay(Timeout.Infinite, token);

        // That it answers at all is the proof: nothing else would end these look-ups.
        var answer = await webhook.ReviewAsync(Fixture.PodWith([.. Enumerable.Range(0, 30).Select(i => $"{Rules.TargetHost}/shop/web:{i}")]), timeout: "1s");

        Assert.True(answer.Allowed);
        Assert.Equal(30, webhook.Engine.Checks);
        // All webhooks of a request share 34 seconds, whatever each was promised.
        Assert.True(new TimeBudget(TimeSpan.FromMinutes(5), TimeProvider.System).Left <= TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Trait("Row", "unknown pod field survives")]
    public async Task W04_Fields_that_no_release_knows_survive_everywhere()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.PodWith(SourceWeb);
        var pod = review["request"]!["object"]!;
        pod["spec"]!["hostnameOverride"] = "a";
        pod["spec"]!["fieldOf2030"] = new JsonObject { ["deep"] = new JsonArray(1, null, new JsonObject { ["x"] = 1.50m }) };
        pod["spec"]!["containers"]![0]!["restartPolicyRules"] = new JsonArray(new JsonObject { ["action"] = "Restart" });
        pod["metadata"]!["fieldOf2031"] = "b";

        var answer = await webhook.ReviewAsync(review);
        var patched = answer.Apply(review);

        Assert.All(answer.Patch, operation => Assert.Contains(operation!["op"]!.GetValue<string>(), (string[])["test", "replace", "add"]));
        Assert.Equal(Web, patched["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        patched["spec"]!["containers"]![0]!["image"] = SourceWeb;
        patched["metadata"]!.AsObject().Remove("annotations");
        Assert.True(JsonNode.DeepEquals(pod, patched), $"{pod.ToJsonString()}\n{patched.ToJsonString()}");
    }

    [Fact]
    public void W11_No_credential_is_on_any_command_line()
    {
        // The webhook starts no programs of its own, and the one that it asks Kubernetes for gets a reference and a path.
        Assert.DoesNotContain(typeof(RegistryEngine).Assembly.GetReferencedAssemblies(), name => name.Name is "System.Diagnostics.Process");
        var variables = new Dictionary<string, string?>
        {
            [JobSettings.ImageVariable] = "promoter:1",
            [JobSettings.ConfigMapVariable] = "map",
            ["AWS_ACCESS_KEY_ID"] = "AKIASECRET",
            ["AWS_SECRET_ACCESS_KEY"] = "hunter2",
            ["AWS_SESSION_TOKEN"] = "hunter3",
        };
        var image = new PairedImage("shop", ImageReference.Parse(SourceWeb), ImageReference.Parse(Web), NamesSource: false);

        var job = PromotionJob.Compose(image, FakeEngine.DigestOf(image.Target), JobSettings.Read(variables.GetValueOrDefault)!, "promoter").ToJsonString();

        foreach (var secret in (string[])["AKIASECRET", "hunter2", "hunter3"]) Assert.DoesNotContain(secret, job, StringComparison.Ordinal);
    }

    [Fact]
    public async Task W17_A_filter_that_cannot_be_read_ends_the_start_and_no_pod_is_written_to_the_log()
    {
        Assert.Throws<ConfigException>(() => PromotionConfigFile.Read(
            "config.yaml", "apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nrules:\n- { name: a, source: a.example.com, target: b.example.com, repositories: ['[a'] }\n", ConfigEnvironment.Empty, "."));
        var logs = new ConcurrentQueue<string>();
        await using var webhook = await Webhook.StartAsync(configure: builder => builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new RecordingLogs(logs)));
        var review = Fixture.PodWith(SourceWeb);
        review["request"]!["object"]!["spec"]!["containers"]![0]!["env"] = new JsonArray(new JsonObject { ["name"] = "PASSWORD", ["value"] = "hunter2" });

        await webhook.ReviewAsync(review);

        Assert.NotEmpty(logs);
        Assert.DoesNotContain(logs, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task W18_A_pods_secrets_are_read_only_where_a_rule_allows_it_and_never_reach_the_target()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1, TestCluster.Impatient with { OnMissing = MissingAnswer.Inline });
        var review = Fixture.PodWith(Web);
        review["request"]!["object"]!["spec"]!["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "regcred" });

        await cluster.Replicas[0].ReviewAsync(review);
        var ofPod = new Admission.Access.PullCredential(RegistryCredential.Basic("pod", "1"));
        var ours = new Admission.Access.PullCredential(RegistryCredential.Basic("ours", "2"));
        var both = new PodSourceCredentials(Rules.SourceHost, ofPod, ours);

        Assert.DoesNotContain(cluster.Server.Calls, call => call.Target.Contains("/secrets", StringComparison.Ordinal));
        Assert.Equal("pod", (await both.FindAsync(Rules.SourceHost, null, CancellationToken.None))!.UserName);
        Assert.Equal("ours", (await both.FindAsync(Rules.TargetHost, null, CancellationToken.None))!.UserName);
    }

    [Fact]
    public async Task W19_A_pod_cannot_make_the_webhook_ask_a_host_that_no_rule_names()
    {
        await using var webhook = await Webhook.StartAsync();

        var answer = await webhook.ReviewAsync(Fixture.PodWith("169.254.169.254/latest/meta-data:1", "evil.example.com/shop/web:1", "localhost:10250/run:1", "nginx", $"{Rules.SourceHost}/other/app:1"));

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
        Assert.Empty(webhook.Engine.Calls);
    }

    [Fact]
    public async Task W20_What_was_decided_is_said_to_the_user_to_the_auditor_to_the_owner_and_in_metrics_and_status()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilAllGateAsync();
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);
        var review = Fixture.Review("create-pod-from-replicaset-sidecar-image-volume");
        review["request"]!["object"]!["spec"]!["containers"]![0]!["image"] = Web;

        var answer = await cluster.Replicas[0].ReviewAsync(review);

        Assert.Contains(answer.Warnings, warning => warning.Contains("being promoted", StringComparison.Ordinal));
        Assert.Equal("gated", answer.Audit["decision"]!.GetValue<string>());
        await Eventually.TrueAsync(
            () => cluster.Server.List("/api/v1/namespaces/shop/events").Any(one => one.Text("involvedObject", "kind") == "ReplicaSet" && one.Text("reason") == "ImagePending"), "the owner was not told");
        Assert.Contains("promoter_admission_decisions_total{decision=\"gated\"}", await cluster.Replicas[0].GetAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("shop/web:1.4.2", await cluster.Replicas[0].GetAsync("/status"), StringComparison.Ordinal);
        held.SetResult();
    }

    [Theory]
    [InlineData("ImageSwapPolicy: always", "ImageSwapPolicy")]
    [InlineData("admission: { imageSwapPolicy: always }", "imageSwapPolicy")]
    [InlineData("registries: [{ host: a.example.com, createRepositories: { tagMutability: SOMETIMES } }]", "SOMETIMES")]
    public void W21_A_configuration_that_is_wrong_is_refused_with_its_place(string text, string expected)
    {
        var file = $"apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nrules:\n- {{ name: a, source: a.example.com, target: b.example.com }}\n{text}\n";

        var refused = Assert.Throws<ConfigException>(() =>
        {
            var config = PromotionConfigFile.Read("config.yaml", file, ConfigEnvironment.Empty, ".");
            return AdmissionSection.Read(config, ConfigEnvironment.Empty, "config.yaml");
        });

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains("config.yaml:5:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task W21_Reviews_of_another_version_or_without_uid_are_refused_and_all_of_ECRs_settings_are_known()
    {
        await using var webhook = await Webhook.StartAsync();
        var beta = Fixture.Review("create-pod-dry-run");
        beta["apiVersion"] = "admission.k8s.io/v1beta1";
        var anonymous = Fixture.Review("create-pod-dry-run");
        anonymous["request"]!.AsObject().Remove("uid");

        foreach (var review in (JsonObject[])[beta, anonymous])
        {
            using var answer = await webhook.PostAsync(Encoding.UTF8.GetBytes(review.ToJsonString()));
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        }

        foreach (var settings in (string[])["tagMutability: IMMUTABLE, tagMutabilityExclusions: ['latest*']", "encryption: { type: KMS_DSSE }"])
        {
            PromotionConfigFile.Read(
                "config.yaml",
                $"apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nrules:\n- {{ name: a, source: a.example.com, target: b.example.com }}\nregistries: [{{ host: b.example.com, createRepositories: {{ {settings} }} }}]\n",
                ConfigEnvironment.Empty,
                ".");
        }
    }
}
