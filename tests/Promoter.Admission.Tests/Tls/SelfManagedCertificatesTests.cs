using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;
using Promoter.FakeApiServer;
using Promoter.Tests.Kubernetes;

namespace Promoter.Admission.Tests.Tls;

public sealed class SelfManagedCertificatesTests : IAsyncLifetime
{
    private const string Configurations = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private const string Secret = "/api/v1/namespaces/promoter/secrets/tls";
    private static readonly string[] Names =
    [
        "promoter-admission.promoter.svc", "promoter-admission.promoter.svc.cluster.local", "promoter-admission.promoter", "promoter-admission",
    ];

    private static readonly TlsOptions SelfManaged = new() { SelfManaged = new SelfManagedNames("tls", "promoter-admission", "promoter-admission") };
    private ServedClient _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ServedClient.StartAsync();
        _cluster.Server.Seed(Configurations, Configuration());
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

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

            Assert.Single(_cluster.Server.Calls, call => call.Method == "POST" && call.Target.EndsWith("/secrets", StringComparison.Ordinal) && _cluster.Server.Find(Secret)!["data"]!["ca.crt"]!.GetValue<string>() == CaOf(call));
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
            Assert.NotNull(_cluster.Server.Find(Secret));
        }

        var before = _cluster.Server.Find(Secret)!.ToJsonString();
        await using var again = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(1));

        Assert.Equal(before, _cluster.Server.Find(Secret)!.ToJsonString());
    }

    [Fact]
    public async Task A_damaged_secret_is_replaced()
    {
        _cluster.Server.Seed("/api/v1/namespaces/promoter/secrets", new JsonObject
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
        var wanted = _cluster.Server.Find(Configurations + "/promoter-admission")!["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>();
        _cluster.Server.Change(Configurations + "/promoter-admission", item => item["webhooks"]![0]!["clientConfig"]!["caBundle"] = "");

        await using var next = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(1));

        Assert.Equal(wanted, _cluster.Server.Find(Configurations + "/promoter-admission")!["webhooks"]![0]!["clientConfig"]!["caBundle"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_api_server_is_told_whom_to_trust_soon_after_its_configuration_is_there()
    {
        var time = Now();
        _cluster.Server.Remove(Configurations + "/promoter-admission");
        await using var webhook = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(0), configure: builder => builder.Services.AddSingleton<TimeProvider>(time));

        _cluster.Server.Seed(Configurations, Configuration());

        // The usual round comes after 30 seconds; no more than a few pass here.
        var passed = TimeSpan.Zero;
        await Eventually.TrueAsync(
            () =>
            {
                if (passed < TimeSpan.FromSeconds(10)) time.Advance(TimeSpan.FromSeconds(1));
                passed += TimeSpan.FromSeconds(1);
                return Bundles().All(bundle => bundle is not null);
            },
            "nobody is trusted yet");
        Assert.True((await webhook.ReviewAsync(Bundle(), Names[0], Fixture.PodWith("nginx"))).Allowed);
    }

    [Fact]
    public async Task Who_deletes_the_secret_gets_new_certificates_and_no_review_fails_on_the_way()
    {
        var time = Now();
        var replicas = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Webhook.StartAsync(
            tls: SelfManaged, cluster: Replica(i), configure: builder => builder.Services.AddSingleton<TimeProvider>(time))));
        try
        {
            var (before, shown) = (Bundle(), Shown(replicas[0]));
            _cluster.Server.Remove(Secret);
            await Eventually.TrueAsync(() => Pass(TimeSpan.FromSeconds(1), Bundle().Count == 2), "the API server is not told of the new authority");

            // It may not have heard yet, and one replica may be slower than the other: each shows what both the old bundle and the new one vouch for.
            foreach (var replica in replicas)
            {
                if (Shown(replica) == shown) Assert.True((await replica.ReviewAsync(before, Names[0], Fixture.PodWith("nginx"))).Allowed);
                Assert.True((await replica.ReviewAsync(Bundle(), Names[0], Fixture.PodWith("nginx"))).Allowed);
            }

            await Eventually.TrueAsync(() => Pass(TimeSpan.FromSeconds(1), replicas.All(replica => Shown(replica) != shown)), "the new certificate is not shown");
            foreach (var replica in replicas) Assert.True((await replica.ReviewAsync(Bundle(), Names[0], Fixture.PodWith("nginx"))).Allowed);
            await Eventually.TrueAsync(() => Pass(TimeSpan.FromMinutes(1), Bundle().Count == 1), "the old authority is trusted for ever");
        }
        finally
        {
            foreach (var replica in replicas) await replica.DisposeAsync();
        }

        bool Pass(TimeSpan by, bool isDone)
        {
            if (!isDone) time.Advance(by);
            return isDone;
        }
    }

    [Fact]
    [Trait("Row", "cert rotates under load with 0 failures")]
    public async Task W16_Leaf_and_authority_are_rotated_under_load_without_a_restart_and_without_a_failed_review()
    {
        const int rounds = 3;
        var time = Now();
        var start = time.GetUtcNow();
        var set = CertificateSet.Create(Names, time.GetUtcNow());
        _cluster.Server.Seed("/api/v1/namespaces/promoter/secrets", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = "tls" },
            ["data"] = set.ToData(),
        });
        await using var webhook = await Webhook.StartAsync(
            tls: SelfManaged, cluster: Replica(0), configure: builder => builder.Services.AddSingleton<TimeProvider>(time));
        using var stop = new CancellationTokenSource();
        var begun = new int[6];
        // Half of the callers keep their connections, half make new ones; all trust what the configuration said when they began.
        var callers = Enumerable.Range(0, begun.Length).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref begun[i]);
                using var client = webhook.Connect(Bundle());
                for (var n = 0; n < (i % 2 == 0 ? 10 : 1); n++)
                {
                    Assert.True((await Webhook.ReviewAsync(client, Names[0], Fixture.PodWith("nginx"))).Allowed);
                }
            }
        })).ToList();

        for (var round = 0; round < rounds; round++)
        {
            // Each authority has a name of its own, which is made of the second.
            var now = start.AddSeconds(round + 1);
            var next = CertificateAuthority.CreateAuthority(now);
            foreach (var step in (Func<CertificateSet, CertificateSet>[])
            [
                before => before with { Leaf = CertificateAuthority.CreateLeaf(before.Authority, Names, now) },
                before => before with { Next = next },
                before => new CertificateSet(next, CertificateAuthority.CreateLeaf(next, Names, now)) { Previous = before.Authority.Certificate },
                before => before with { Previous = null },
            ])
            {
                // As another replica would: write the Secret, and let this one find it.
                set = step(set);
                _cluster.Server.Change(Secret, secret => secret["data"] = set.ToData());
                var polls = 0;
                await Eventually.TrueAsync(
                    () =>
                    {
                        // Once a second: all steps together stay within the hour after which the replica would go on by itself.
                        if (polls++ % 100 == 0) time.Advance(TimeSpan.FromSeconds(30));
                        return Encoding.UTF8.GetString(Convert.FromBase64String(CaBundle())) == set.Bundle && Shown(webhook) == Thumbprint(set);
                    },
                    $"step of round {round} was not taken",
                    TimeSpan.FromSeconds(90));
                // An authority's overlap of an hour is far longer than API servers trust an old bundle; here, until every caller has read it twice anew.
                var before = (int[])begun.Clone();
                await Eventually.TrueAsync(() => begun.Zip(before).All(pair => pair.First >= pair.Second + 2), "a caller stands still", TimeSpan.FromSeconds(60));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397, S4423 // That the old version is refused is what is tested.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397, S4423
    public async Task Only_TLS_1_2_and_later_are_spoken(SslProtocols version, bool served)
    {
        await using var webhook = await Webhook.StartAsync(tls: SelfManaged, cluster: Replica(0));
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, webhook.Url.Port);
        await using var stream = new SslStream(client.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = Names[0], EnabledSslProtocols = version, RemoteCertificateValidationCallback = (_, _, _, _) => true };

        if (served)
        {
            await stream.AuthenticateAsClientAsync(options);
            Assert.Equal(version, stream.SslProtocol);
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => stream.AuthenticateAsClientAsync(options));
        }
    }

    /// <summary>A clock of ours that shows what time it is: certificates are checked against the real one.</summary>
    private static ManualTime Now()
    {
        var time = new ManualTime();
        time.Advance(TimeProvider.System.GetUtcNow() - time.GetUtcNow());
        return time;
    }

    private static string Shown(Webhook webhook) => webhook.Services.GetRequiredService<ServerCertificate>().Current!.Thumbprint;

    private static string Thumbprint(CertificateSet set)
    {
        using var leaf = X509Certificate2.CreateFromPem(set.Leaf.Certificate);
        return leaf.Thumbprint;
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

    private Cluster Replica(int number) => new(_cluster.Client, "promoter", $"replica-{number}");

    private IEnumerable<string?> Bundles() => _cluster.Server.Find(Configurations + "/promoter-admission")!["webhooks"]!.AsArray().Select(webhook => webhook!["clientConfig"]!["caBundle"]?.GetValue<string>());

    private string CaBundle() => Assert.Single(Bundles().Distinct())!;

    private X509Certificate2Collection Bundle()
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(CaBundle())));
        return trusted;
    }
}
