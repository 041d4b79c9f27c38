using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Health;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;
using Promoter.FakeApiServer;
using Promoter.Tests.Kubernetes;

namespace Promoter.Admission.Tests.Tls;

public sealed class CallerTrustTests : IAsyncLifetime
{
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private const string Name = "promoter-admission";
    private const string ServiceName = "promoter-admission.promoter.svc";

    private static readonly TlsOptions SelfManaged = new() { SelfManaged = new SelfManagedNames("tls", Name, Name), WebhookConfiguration = Name };

    private readonly string _directory = Directory.CreateTempSubdirectory("promoter-trust").FullName;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ManualTime _time = new();
    private readonly PemPair _authority;
    private ServedClient _cluster = null!;

    public CallerTrustTests()
    {
        _time.Advance(TimeProvider.System.GetUtcNow() - _time.GetUtcNow());
        _authority = CertificateAuthority.CreateAuthority(_time.GetUtcNow());
    }

    public async ValueTask InitializeAsync() => _cluster = await ServedClient.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_replica_is_ready_when_the_api_server_has_been_told_of_its_authority_and_not_before()
    {
        await using var webhook = await StartAsync(SelfManaged);
        Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync("/startupz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await webhook.StatusOfAsync("/readyz"));

        _cluster.Server.Seed(Configurations, Configuration(bundle: null));
        await UntilReadyAsync(webhook);

        Assert.NotNull(_cluster.Server.Find($"{Configurations}/{Name}")!["webhooks"]![0]!["clientConfig"]!["caBundle"]);
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task Replicas_that_start_at_once_become_ready_all()
    {
        _cluster.Server.Seed(Configurations, Configuration(bundle: null));
        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => StartAsync(SelfManaged, $"replica-{i}")));

        foreach (var replica in replicas)
        {
            await UntilReadyAsync(replica);
            await replica.DisposeAsync();
        }

        Assert.Empty(Warnings());
    }

    [Theory]
    [InlineData("absent", "there is no MutatingWebhookConfiguration")]
    [InlineData("hidden", "403")]
    [InlineData("not ours", "no name of this replica's certificate")]
    public async Task What_cannot_be_seen_holds_up_no_rollout_and_the_log_says_so(string why, string reason)
    {
        if (why == "hidden") _cluster.Server.Fail(new ApiFault((_, path) => path.Contains("mutatingwebhookconfigurations", StringComparison.Ordinal), 403, Times: -1));
        if (why == "not ours") _cluster.Server.Seed(Configurations, Configuration(bundle: null, service: "another"));
        await using var webhook = await StartAsync(SelfManaged);
        var start = _time.GetUtcNow();

        await UntilReadyAsync(webhook);

        Assert.InRange(_time.GetUtcNow() - start, CallerTrust.Patience - TimeSpan.FromSeconds(1), CallerTrust.Patience * 2);
        Assert.Contains(reason, Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_after_readiness_does_not_take_it_back()
    {
        _cluster.Server.Seed(Configurations, Configuration(bundle: null));
        await using var webhook = await StartAsync(SelfManaged);
        await UntilReadyAsync(webhook);

        _cluster.Server.Remove($"{Configurations}/{Name}");
        for (var i = 0; i < 100; i++) _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync("/readyz"));
    }

    [Theory]
    [InlineData("the authority")]
    [InlineData("the certificate itself")]
    [InlineData("another authority, the authority")]
    public async Task A_certificate_from_files_is_waited_for_as_well(string bundle)
    {
        var leaf = CertificateAuthority.CreateLeaf(_authority, [ServiceName], _time.GetUtcNow());
        await File.WriteAllTextAsync(Path.Combine(_directory, "tls.crt"), leaf.Certificate);
        await File.WriteAllTextAsync(Path.Combine(_directory, "tls.key"), leaf.Key);
        // What cert-manager's injector leaves for a moment when an authority is made anew.
        var other = CertificateAuthority.CreateAuthority(_time.GetUtcNow().AddSeconds(-1)).Certificate;
        _cluster.Server.Seed(Configurations, Configuration(other));
        await using var webhook = await StartAsync(new TlsOptions
        {
            Files = (Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key")),
            WebhookConfiguration = Name,
        });
        await Eventually.TrueAsync(() => Obstacle(webhook)?.Contains("holds no authority", StringComparison.Ordinal) == true, "it is not said why the replica is not ready", details: () => Obstacle(webhook) ?? "ready");

        var parts = bundle.Split(", ").Select(part => part switch
        {
            "the authority" => _authority.Certificate,
            "the certificate itself" => leaf.Certificate,
            _ => other,
        });
        _cluster.Server.Change($"{Configurations}/{Name}", item => item["webhooks"]![0]!["clientConfig"]!["caBundle"] = Encode(string.Join('\n', parts)));

        await UntilReadyAsync(webhook);
        Assert.Empty(Warnings());
    }

    private static string? Obstacle(Webhook webhook) => webhook.Services.GetRequiredService<Readiness>().Obstacle;

    private static string Encode(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));

    private static JsonObject Configuration(string? bundle, string service = Name)
    {
        var client = new JsonObject { ["service"] = new JsonObject { ["name"] = service, ["namespace"] = "promoter" } };
        if (bundle is not null) client["caBundle"] = Encode(bundle);
        return new JsonObject
        {
            ["apiVersion"] = "admissionregistration.k8s.io/v1",
            ["kind"] = "MutatingWebhookConfiguration",
            ["metadata"] = new JsonObject { ["name"] = Name },
            ["webhooks"] = new JsonArray(new JsonObject
            {
                ["name"] = "pods.promoter.dev",
                ["sideEffects"] = "NoneOnDryRun",
                ["admissionReviewVersions"] = new JsonArray("v1"),
                ["clientConfig"] = client,
            }),
        };
    }

    private IEnumerable<string> Warnings() => _log.Where(line => line.Contains("it is ready all the same", StringComparison.Ordinal));

    private Task<Webhook> StartAsync(TlsOptions tls, string replica = "replica") => Webhook.StartAsync(
        tls: tls,
        cluster: new Cluster(_cluster.Client, "promoter", replica),
        configure: builder =>
        {
            builder.Logging.AddProvider(new RecordingLogs(_log));
            builder.Services.AddSingleton<TimeProvider>(_time);
        });

    private Task UntilReadyAsync(Webhook webhook) => Eventually.TrueAsync(
        async () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return await webhook.StatusOfAsync("/readyz") is HttpStatusCode.OK;
        },
        "the replica does not become ready",
        details: () => Obstacle(webhook) ?? "");
}
