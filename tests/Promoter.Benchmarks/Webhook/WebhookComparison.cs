using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Webhook;

/// <summary>The numbers of one server: medians of the rounds.</summary>
/// <param name="Steady">At 1,000 requests a second.</param>
/// <param name="Saturated">As fast as the load generator goes.</param>
internal sealed record ServerNumbers(string Server, LoadResult Steady, LoadResult Saturated, long PeakMemoryBytes);

/// <param name="AllocatedPerReview">Bytes of garbage per review.</param>
/// <param name="Rotation">A new connection per review while the certificate is renewed.</param>
/// <param name="Rotations">How often it was.</param>
internal sealed record WebhookNumbers(ServerNumbers Baseline, ServerNumbers Webhook, int Rounds, double AllocatedPerReview, LoadResult Rotation, int Rotations);

/// <summary>Drives the webhook and an empty endpoint with the same review in turns, so that what the machine does meanwhile hits both.</summary>
internal sealed class WebhookComparison(string webhookProgram, TextWriter progress)
{
    private const int Rate = 1000;

    // As the container image sets it (Promoter.Admission.csproj).
    private const string Gen0Size = "4000000";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RotationRun = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(3);

    public async Task<WebhookNumbers> RunAsync(int rounds)
    {
        using var work = new TemporaryFolder();
        var certificate = new ServingCertificate(work);
        await using var registry = await PresentImages.StartAsync();
        await using var webhook = await StartWebhookAsync(work, registry, certificate);
        await using var baseline = await StartBaselineAsync(certificate);
        var load = new LoadGenerator(work, work.Write("review.json", await ReviewAsync()));
        var measured = new Dictionary<ServerUnderLoad, List<(LoadResult Steady, LoadResult Saturated)>> { [baseline] = [], [webhook] = [] };
        foreach (var server in measured.Keys) await load.SaturateAsync(server.Url, WarmUp);
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (server, results) in measured)
            {
                await progress.WriteLineAsync($"bench: webhook, round {round} of {rounds}: {server.Name}");
                results.Add((await load.SendAsync(server.Url, Rate, Round), await load.SaturateAsync(server.Url, Round)));
            }
        }

        var allocated = await AllocatedPerReviewAsync(load, webhook);
        await progress.WriteLineAsync("bench: webhook, certificate renewed under load");
        var (rotation, rotations) = await RotateAsync(load, webhook, certificate);
        return new WebhookNumbers(Median(baseline, measured[baseline]), Median(webhook, measured[webhook]), rounds, allocated, rotation, rotations);
    }

    private async Task<ServerUnderLoad> StartWebhookAsync(TemporaryFolder work, PresentImages registry, ServingCertificate certificate)
    {
        var config = work.Write("config.yaml", $$"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - { name: shop, source: source.example, target: target.example }
            registries:
            - { host: target.example, endpoint: "{{registry.Url}}" }
            """);
        var environment = new Dictionary<string, string> { ["HOME"] = work.Path, ["DOCKER_CONFIG"] = work.Path, ["AWS_EC2_METADATA_DISABLED"] = "true", ["DOTNET_GCgen0size"] = Gen0Size };
        string[] arguments =
        [
            "serve", "--config", config, "--no-kubernetes", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--shutdown-delay", "0s",
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile,
        ];
        return await ServerUnderLoad.StartAsync("promoter-admission", webhookProgram, arguments, line => line.Contains("reviews are answered at", StringComparison.Ordinal), environment);
    }

    private static Task<ServerUnderLoad> StartBaselineAsync(ServingCertificate certificate) => ServerUnderLoad.StartAsync(
        "empty minimal API", Environment.ProcessPath!, [typeof(BaselineServer).Assembly.Location, BaselineCommand, certificate.CertificateFile, certificate.KeyFile], line => line.StartsWith("listening", StringComparison.Ordinal));

    /// <summary>What makes this program the baseline server.</summary>
    public const string BaselineCommand = "webhook-baseline";

    // A pod of a ReplicaSet with a native sidecar, an image volume and an injected proxy, as kube-apiserver sends it (in one line: the recording was indented for
    // readers); its registry gets a name without AWS behind it.
    private static async Task<string> ReviewAsync()
    {
        var fixtures = Path.Combine(Toolbox.RepositoryRoot, "tests", "Promoter.Admission.Tests", "Fixtures", "AdmissionReviews");
        var recorded = await File.ReadAllTextAsync(Path.Combine(fixtures, "create-pod-from-replicaset-sidecar-image-volume.json"));
        var review = JsonNode.Parse(recorded)!.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        return review.Replace("222222222222.dkr.ecr.eu-west-1.amazonaws.com", "target.example", StringComparison.Ordinal);
    }

    private static async Task<double> AllocatedPerReviewAsync(LoadGenerator load, ServerUnderLoad webhook)
    {
        const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
        const string Reviews = "promoter_admission_reviews_total";
        var (allocated, reviews) = (await webhook.MetricAsync(Allocated), await webhook.MetricAsync(Reviews));
        await load.SaturateAsync(webhook.Url, WarmUp);
        return (await webhook.MetricAsync(Allocated) - allocated) / (await webhook.MetricAsync(Reviews) - reviews);
    }

    private static async Task<(LoadResult Result, int Rotations)> RotateAsync(LoadGenerator load, ServerUnderLoad webhook, ServingCertificate certificate)
    {
        int Used() => webhook.Output.Count(line => line.Contains("Uses the certificate", StringComparison.Ordinal));
        var before = Used();
        var running = load.SendAsync(webhook.Url, 200, RotationRun, keepAlive: false);
        while (!running.IsCompleted)
        {
            certificate.Renew();
            await Task.WhenAny(running, Task.Delay(RenewEvery));
        }

        return (await running, Used() - before);
    }

    private static ServerNumbers Median(ServerUnderLoad server, List<(LoadResult Steady, LoadResult Saturated)> rounds) =>
        new(server.Name, Median(rounds.Select(round => round.Steady)), Median(rounds.Select(round => round.Saturated)), server.PeakMemoryBytes);

    private static LoadResult Median(IEnumerable<LoadResult> results)
    {
        var all = results.ToList();
        TimeSpan Middle(Func<LoadResult, TimeSpan> of) => all.Select(of).Order().ElementAt(all.Count / 2);
        return new LoadResult(all.Select(r => r.RequestsPerSecond).Order().ElementAt(all.Count / 2), Middle(r => r.P50), Middle(r => r.P99), all.Sum(r => r.Requests), all.Sum(r => r.Failed));
    }
}
