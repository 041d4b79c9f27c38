using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Tls;

public sealed class SelfManagedCertificatesTests : IAsyncLifetime
{
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private const string Secret = "/api/v1/namespaces/promoter/secrets/tls";
    private static readonly TlsOptions SelfManaged = new() { SelfManaged = new SelfManagedNames("tls", "promoter-admission", "promoter-admission") };
    private ApiServer _server = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync();
        _client = new KubernetesClient(new KubernetesEndpoint { Server = _server.Url }, TimeProvider.System);
        _server.Seed(Configurations, Configuration());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_api_server_trusts_what_every_replica_shows_however_many_start_at_once()
    {
        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Webhook.StartAsync(tls: SelfManaged, cluster: Replica(i))));
        try
        {
            foreach (var replica in replicas)
            {
                var answer = await replica.ReviewAsync(Bundle(), "promoter-admission.promoter.svc", Fixture.PodWith("nginx"));
                Assert.True(answer.Allowed);
            }

            Assert.Single(_server.Calls, call => call.Method == "POST" && call.Target.EndsWith("/secrets", StringComparison.Ordinal) && _server.Find(Secret)!["data"]!["ca.crt"]!.GetValue<string>() == CaOf(call));
        }
        finally
        {
            foreach (var replica in replicas) await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_restart_uses_the_certificate_that_is_there()
    {
        await using (await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(0)))
        {
            Assert.NotNull(_server.Find(Secret));
        }

        var before = _server.Find(Secret)!.ToJsonString();
        await using var again = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(1));

        Assert.Equal(before, _server.Find(Secret)!.ToJsonString());
    }

    [Fact]
    public async Task A_damaged_secret_is_replaced()
    {
        _server.Seed("/api/v1/namespaces/promoter/secrets", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "tls" },
            ["data"] = new JsonObject { ["tls.crt"] = "YQ==" },
        });

        await using var webhook = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(0));

        Assert.True((await webhook.ReviewAsync(Bundle(), "promoter-admission.promoter.svc", Fixture.PodWith("nginx"))).Allowed);
    }

    [Fact]
    public async Task A_ca_bundle_that_somebody_overwrites_comes_back()
    {
        await using var webhook = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(0));
        var wanted = _server.Find(Configurations + "/promoter-admission")!["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>();
        _server.Change(Configurations + "/promoter-admission", item => item["webhooks"]![0]!["clientConfig"]!["caBundle"] = "");

        await using var next = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(1));

        Assert.Equal(wanted, _server.Find(Configurations + "/promoter-admission")!["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>());
    }

    private static string? CaOf(RecordedCall call) => JsonNode.Parse(call.Body)!["data"]!["ca.crt"]!.GetValue<string>();

    private static JsonObject Configuration() => new()
    {
        ["apiVersion"] = "admissionregistration.k8s.io/v1",
        ["kind"] = "MutatingWebhookConfiguration",
        ["metadata"] = new JsonObject { ["name"] = "promoter-admission" },
        ["webhooks"] = new JsonArray([.. ((string[])["pods.promoter.dev", "ephemeral.promoter.dev"]).Select(name => (JsonNode)new JsonObject
        {
            ["name"] = name,
            ["sideEffects"] = "NoneOnDryRun",
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["clientConfig"] = new JsonObject { ["service"] = new JsonObject { ["name"] = "promoter-admission", ["namespace"] = "promoter" } },
        })]),
    };

    private Cluster Replica(int number) => new(_client, "promoter", $"replica-{number}");

    private X509Certificate2Collection Bundle()
    {
        var webhooks = _server.Find(Configurations + "/promoter-admission")!["webhooks"]!.AsArray();
        var bundles = webhooks.Select(webhook => webhook!["clientConfig"]!["caBundle"]!.GetValue<string>()).Distinct().ToList();
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(Assert.Single(bundles))));
        return trusted;
    }
}
