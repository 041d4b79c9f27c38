using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Engine;
using Promoter.Admission.Jobs;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
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
    [Trait("Row", "prefix round trip is idempotent")]
    public async Task W05_A_target_with_a_prefix_is_recognised_and_its_repositories_carry_the_prefix()
    {
        await using var registries = await TwoRegistries.StartAsync(prefix: "/cache/team");
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        var pairing = new ImagePairing(new Promotion.PromotionRules(registries.Config.Rules));
        await using var webhook = await Webhook.StartAsync(pairing: pairing);
        var review = Fixture.PodWith($"{registries.Source.ReferenceHost}/shop/web:1.4.2");

        var first = await webhook.ReviewAsync(review);
        var second = await webhook.ReviewAsync(first.Again(review));
        using var plan = Assert.IsType<PlanAnswer.Planned>(await registries.Engine.PlanAsync(registries.Pair("shop/web:1.4.2"), SourceAccess.OfRule, CancellationToken.None)).Promotion;
        Assert.Null(await plan.ExecuteAsync(new Progress<long>(), CancellationToken.None));

        Assert.Equal($"{registries.Target.ReferenceHost}/cache/team/shop/web:1.4.2", first.Apply(review)["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        Assert.Empty(second.Patch);
        Assert.Equal(["cache/team/shop/web"], registries.Target.Repositories);
    }

    [Theory]
    [InlineData(401, "Denied")]
    [InlineData(403, "Denied")]
    [InlineData(429, "Throttled")]
    [InlineData(503, "TimedOut")]
    public async Task W06_An_error_is_never_taken_for_a_missing_image(int status, string kind)
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        registries.Target.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        registries.Target.Faults.Inject(Effect.Status(status), _ => true, times: FaultScript.Always);

        var answer = await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None);

        Assert.Equal(kind, Assert.IsType<PresenceAnswer.Unknown>(answer).Fault.Kind.ToString());
        Assert.Empty(registries.Source.Requests.All);
    }

    [Fact]
    [Trait("Row", "lifecycle-deleted tag heals <1 min")]
    public async Task W07_An_image_that_a_lifecycle_rule_deleted_is_brought_again_though_the_cache_still_has_it()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1, TestCluster.Impatient with { Cache = new CacheConfig { Present = TimeSpan.FromHours(24) } });
        await cluster.UntilLedAsync();
        cluster.Engine.Has(Web);
        await cluster.CreatePodAsync("web", Web);

        cluster.Engine.Target.Clear();
        cluster.Server.Change("/api/v1/namespaces/shop/pods/web", pod => pod["status"]!["containerStatuses"] = new JsonArray(new JsonObject
        {
            ["name"] = "c0",
            ["image"] = Web,
            ["imageID"] = "",
            ["ready"] = false,
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ImagePullBackOff" } },
        }));

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
    public async Task W10_A_typo_leaves_no_repository_behind()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        foreach (var image in (string[])["shop/wbe:1.4.2", "shop/web:9.9.9"])
        {
            Assert.IsType<PlanAnswer.Impossible>(await registries.Engine.PlanAsync(registries.Pair(image), SourceAccess.OfRule, CancellationToken.None));
        }

        Assert.Empty(registries.Target.Repositories);
        Assert.Empty(registries.Target.Requests.Writes());
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
    public async Task W12_Looking_whether_an_image_exists_is_one_HEAD_whatever_its_platforms()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var pushed = registries.Target.Push("shop/web", SampleImages.Single("web", architecture: "riscv64"), "1.4.2");

        var answer = await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None);

        Assert.Equal(pushed.Digest, Assert.IsType<PresenceAnswer.Present>(answer).Digest.ToString());
        Assert.Equal(["HEAD"], registries.Target.Requests.All.Select(request => request.Method));
    }

    [Fact]
    public async Task W13_A_reference_with_tag_and_digest_keeps_its_tag_at_the_target()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var pushed = registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        using var plan = Assert.IsType<PlanAnswer.Planned>(
            await registries.Engine.PlanAsync(registries.Pair($"shop/web:1.4.2@{pushed.Digest}"), SourceAccess.OfRule, CancellationToken.None)).Promotion;
        Assert.Null(await plan.ExecuteAsync(new Progress<long>(), CancellationToken.None));

        var tagged = Assert.IsType<PresenceAnswer.Present>(await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None));
        Assert.Equal(pushed.Digest, tagged.Digest.ToString());
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

    [Fact]
    public async Task W15_A_token_that_cannot_be_renewed_once_is_renewed_the_next_time()
    {
        await using var registries = await TwoRegistries.StartAsync(target: new Emulator.RegistryOptions
        {
            Name = "target",
            Authentication = RegistryAuthentication.Bearer,
        });
        var image = registries.TargetOf("shop/web:1.4.2");
        var failing = registries.Target.Faults.Inject(Effect.Status(503), request => request.Action is EmulatedAction.GetToken, times: FaultScript.Always);

        Assert.IsType<PresenceAnswer.Unknown>(await registries.Engine.CheckAsync(image, CancellationToken.None));
        var asked = registries.Target.Requests.Count(EmulatedAction.GetToken);
        registries.Target.Faults.Clear();
        await registries.Engine.CheckAsync(image, CancellationToken.None);

        Assert.NotNull(failing);
        Assert.True(registries.Target.Requests.Count(EmulatedAction.GetToken) > asked, "after one failure nobody asked for a token again");
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
