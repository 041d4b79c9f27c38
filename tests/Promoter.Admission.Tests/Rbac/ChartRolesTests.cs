using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Gates;
using Promoter.Admission.Hosting;
using Promoter.Admission.Jobs;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;
using Promoter.FakeApiServer;
using Promoter.Interop.Tests.Gitops;
using Promoter.Interop.Tests.Tools;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Tests.Rbac;

/// <summary>
/// The verbs that the code uses beside those that the chart grants, feature by feature: an API server allows exactly what helm renders. What is refused is a
/// right that the chart forgot, what was never used is one that it should not give.
/// </summary>
public sealed class ChartRolesTests
{
    private const string Name = "promoter-admission";
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string Leases = "coordination.k8s.io/leases";

    // Every feature off but what cannot be: copies, and the watch that corrects the cache.
    private static readonly string[] Bare = ["--set", "config.admission.gate.enabled=false,features.events=false,tls.mode=certManager"];
    private static readonly AdmissionConfig Config = TestCluster.Impatient;

    /// <summary>Read where another replica's Lease vanished at the moment of taking it over, which no test brings about by intent.</summary>
    private static readonly string LeaseRead = $"get {Leases} in promoter";

    /// <summary>Used by replicas with a certificate, which those of a test cluster do without.</summary>
    private static readonly string TrustRead = $"get admissionregistration.k8s.io/mutatingwebhookconfigurations named {Name}";
    private static readonly string[] UsedElsewhere = [LeaseRead, TrustRead];

    [Fact]
    public async Task Copies_alone_need_leases_and_the_sight_of_pods()
    {
        var (cluster, grants) = await StartAsync(Bare);
        await using (cluster)
        {
            await cluster.AddReplicaAsync(Config with { OnMissing = MissingAnswer.Inline, Gate = new GateConfig { Enabled = false } });
            await cluster.UntilLedAsync();
            await cluster.CreatePodAsync("web", Web);
            await Eventually.TrueAsync(() => !grants.Unused.Except(UsedElsewhere, StringComparer.Ordinal).Any(), "something granted was not used", details: () => string.Join("; ", grants.Unused));
        }

        Assert.Empty(grants.Lacked);
    }

    [Fact]
    public async Task A_certificate_from_files_needs_the_sight_of_the_configuration_that_has_to_trust_it()
    {
        var (cluster, grants) = await StartAsync(Bare);
        var directory = Directory.CreateTempSubdirectory("promoter-roles").FullName;
        await using (cluster)
        {
            var (now, authority) = (TimeProvider.System.GetUtcNow(), CertificateAuthority.CreateAuthority(TimeProvider.System.GetUtcNow()));
            var leaf = CertificateAuthority.CreateLeaf(authority, [$"{Name}.promoter.svc"], now);
            await File.WriteAllTextAsync(Path.Combine(directory, "tls.crt"), leaf.Certificate);
            await File.WriteAllTextAsync(Path.Combine(directory, "tls.key"), leaf.Key);
            var configuration = Configuration();
            configuration["webhooks"]![0]!["clientConfig"]!["caBundle"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.Certificate));
            cluster.Server.Seed("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", configuration);
            using var client = new KubernetesClient(new KubernetesEndpoint { Server = cluster.Server.Url }, TimeProvider.System);
            var tls = new TlsOptions { Files = (Path.Combine(directory, "tls.crt"), Path.Combine(directory, "tls.key")), WebhookConfiguration = Name };
            await using (var webhook = await Webhook.StartAsync(tls: tls, cluster: new Cluster(client, "promoter", "files")))
            {
                await Eventually.TrueAsync(async () => await webhook.StatusOfAsync("/readyz") is System.Net.HttpStatusCode.OK, "the replica does not become ready");
            }
        }

        Directory.Delete(directory, recursive: true);
        Assert.Empty(grants.Lacked);
        Assert.DoesNotContain(TrustRead, grants.Unused);
    }

    [Fact]
    public async Task Gates_events_and_a_certificate_of_our_own_need_what_the_chart_gives_by_default()
    {
        var (cluster, grants) = await StartAsync();
        await using (cluster)
        {
            var collection = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
            cluster.Server.Seed(collection, Configuration());
            using var client = new KubernetesClient(new KubernetesEndpoint { Server = cluster.Server.Url }, TimeProvider.System);
            var tls = new TlsOptions { SelfManaged = new SelfManagedNames($"{Name}-tls", Name, Name) };
            await using (await Webhook.StartAsync(tls: tls, cluster: new Cluster(client, "promoter", "first"))) Assert.NotNull(cluster.Server.Find($"/api/v1/namespaces/promoter/secrets/{Name}-tls"));
            cluster.Server.Change($"/api/v1/namespaces/promoter/secrets/{Name}-tls", secret => secret["data"] = new JsonObject { ["tls.crt"] = "YQ==" });
            await using (await Webhook.StartAsync(tls: tls, cluster: new Cluster(client, "promoter", "second"))) Assert.NotEmpty(cluster.Server.List(collection));

            await cluster.AddReplicaAsync(Config);
            await cluster.UntilAllGateAsync();
            cluster.Server.Fail(new ApiFault((method, path) => method == "PATCH" && path.EndsWith("/pods/web", StringComparison.Ordinal), 409, Times: 1));
            await cluster.CreatePodAsync("web", Web);
            await cluster.UntilReleasedAsync("web");
            cluster.Engine.PlanFault = _ => new Admission.Presence.ImageFault(Admission.Presence.ImageFaultKind.Missing, Registries.Side.Source, "never pushed");
            for (var i = 0; i < 2; i++) await cluster.Replicas[0].ReviewAsync(Fixture.Review("create-pod-from-replicaset-sidecar-image-volume"));
            await Eventually.TrueAsync(() => !grants.Unused.Except(UsedElsewhere, StringComparer.Ordinal).Any(), "something granted was not used", details: () => string.Join("; ", grants.Unused));
        }

        Assert.Empty(grants.Lacked);
    }

    [Fact]
    public async Task Prefetch_needs_the_sight_of_workloads_and_no_more()
    {
        var (cluster, grants) = await StartAsync([.. Bare, "--set", "config.admission.prefetch.enabled=true"]);
        await using (cluster)
        {
            await cluster.AddReplicaAsync(Config with { OnMissing = MissingAnswer.Inline, Gate = new GateConfig { Enabled = false }, Prefetch = new PrefetchConfig { Enabled = true } });
            await cluster.UntilLedAsync();
            await cluster.CreatePodAsync("web", Web);
            await Eventually.TrueAsync(() => !grants.Unused.Except(UsedElsewhere, StringComparer.Ordinal).Any(), "something granted was not used", details: () => string.Join("; ", grants.Unused));
        }

        Assert.Empty(grants.Lacked);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("pullSecretNamespaces={shop}", " in shop")]
    public async Task Pull_secrets_need_secrets_and_the_accounts_that_name_them_to_be_read(string namespaces, string where)
    {
        string[] more = namespaces.Length == 0 ? [] : ["--set", namespaces];
        var (cluster, grants) = await StartAsync([.. Bare, "--set", "config.admission.access.pullSecrets=true", .. more]);
        await using (cluster)
        {
            string[] needed = [$"get /secrets{where}", $"get /serviceaccounts{where}"];
            Assert.Superset(needed.ToHashSet(), grants.Unused.ToHashSet());
            cluster.Server.Seed("/api/v1/namespaces/shop/secrets", new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "registry" },
                ["type"] = "kubernetes.io/dockerconfigjson",
                ["data"] = new JsonObject { [".dockerconfigjson"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("{\"auths\":{\"" + Rules.SourceHost + "\":{\"auth\":\"dTpw\"}}}")) },
            });
            await cluster.AddReplicaAsync(Config with { OnMissing = MissingAnswer.Inline, Gate = new GateConfig { Enabled = false }, Access = new AccessConfig { PullSecrets = true } });
            var review = Fixture.PodWith(Web);
            review["request"]!["object"]!["spec"]!["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = "registry" });

            await cluster.Replicas[0].ReviewAsync(review);
            // A pod that names no secret may have an account that does.
            review["request"]!["object"]!["spec"]!.AsObject().Remove("imagePullSecrets");
            await cluster.Replicas[0].ReviewAsync(review);

            Assert.Empty(grants.Unused.Intersect(needed, StringComparer.Ordinal));
        }

        Assert.Empty(grants.Lacked);
    }

    [Fact]
    public async Task Large_copies_need_jobs()
    {
        var (cluster, grants) = await StartAsync([.. Bare, "--set", "config.admission.onDemand.jobAbove=500,largeCopies.image=promoter:1"]);
        await using (cluster)
        {
            var settings = new JobSettings { Image = "promoter:1", ServiceAccount = "promoter", ConfigMap = Name, Environment = new Dictionary<string, string>() };
            cluster.Jobs = settings;
            var image = new PairedImage("shop", ImageReference.Parse($"{Rules.SourceHost}/shop/web:1.4.2"), ImageReference.Parse(Web), NamesSource: false);
            var old = cluster.Server.Seed("/apis/batch/v1/namespaces/promoter/jobs", PromotionJob.Compose(image, FakeEngine.DigestOf(image.Target), settings, "promoter"));
            cluster.Server.Change($"/apis/batch/v1/namespaces/promoter/jobs/{old.Name()}", job => job["status"] = Ended("Failed"));
            await cluster.AddReplicaAsync(Config with { OnMissing = MissingAnswer.Allow, Gate = new GateConfig { Enabled = false }, OnDemand = Config.OnDemand with { JobAbove = 500 } });
            await cluster.UntilLedAsync();
            await cluster.CreatePodAsync("web", Web);
            await Eventually.TrueAsync(() => cluster.Server.List("/apis/batch/v1/namespaces/promoter/jobs") is [var job] && job.Uid() != old.Uid(), "the Job was not made anew");
            // One that ends before it is watched is found in the list.
            await Eventually.TrueAsync(() => cluster.Server.Calls.Any(call => call.Target.Contains("/jobs?watch=true", StringComparison.Ordinal)), "the Job is not watched");
            cluster.Server.Change($"/apis/batch/v1/namespaces/promoter/jobs/{old.Name()}", job => job["status"] = Ended("Failed"));
            await Eventually.TrueAsync(() => !grants.Unused.Except(UsedElsewhere, StringComparer.Ordinal).Any(), "something granted was not used", details: () => string.Join("; ", grants.Unused));
        }

        Assert.Empty(grants.Lacked);
    }

    [Fact]
    public async Task The_uninstall_hook_needs_to_find_and_release_pods()
    {
        await using var server = await ApiServer.StartAsync();
        var grants = Grants.Of(await RenderAsync(), $"{Name}-ungate");
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "web" },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = Web }),
                ["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "promoter.dev/image-pending" }),
            },
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        };
        server.Seed("/api/v1/namespaces/shop/pods", pod);
        server.Fail(new ApiFault((method, _) => method == "PATCH", 409, Times: 1));
        server.Authorization = grants.Allows;
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = server.Url }, TimeProvider.System);

        var (pods, _) = await client.ListAsync(ResourceType.Pods, null, GatedPods.Selection, CancellationToken.None);
        Assert.True(await GatedPods.ReleaseAsync(client, pods[0], new Dictionary<string, string>(), CancellationToken.None));

        Assert.Empty(grants.Lacked);
        Assert.Empty(grants.Unused);
    }

    private static async Task<(TestCluster Cluster, Grants Grants)> StartAsync(params string[] arguments)
    {
        var grants = Grants.Of(await RenderAsync(arguments), Name);
        var cluster = await TestCluster.StartAsync(replicas: 0);
        cluster.Server.Authorization = (verb, path) => IsOfTheTest(verb, path) || grants.Allows(verb, path);
        return (cluster, grants);
    }

    // Pods are made by the test, as a controller would.
    private static bool IsOfTheTest(string verb, ApiPath path) => verb == "create" && path.Plural == "pods";

    private static Task<Rendered> RenderAsync(params string[] arguments)
    {
        var chart = new HelmChart(Path.Combine(Toolbox.RepositoryRoot, "charts", Name));
        return chart.TemplateAsync(["--namespace", "promoter", "--values", chart.Values("rules"), "--set", $"fullnameOverride={Name}", .. arguments]);
    }

    private static JsonObject Ended(string condition) => new()
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = condition, ["status"] = "True", ["reason"] = "BackoffLimitExceeded", ["message"] = "it failed" }),
    };

    private static JsonObject Configuration() => new()
    {
        ["apiVersion"] = "admissionregistration.k8s.io/v1",
        ["kind"] = "MutatingWebhookConfiguration",
        ["metadata"] = new JsonObject { ["name"] = Name },
        ["webhooks"] = new JsonArray(new JsonObject
        {
            ["name"] = "pods.admission.promoter.dev",
            ["sideEffects"] = "NoneOnDryRun",
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["clientConfig"] = new JsonObject { ["service"] = new JsonObject { ["name"] = Name, ["namespace"] = "promoter" } },
        }),
    };
}
