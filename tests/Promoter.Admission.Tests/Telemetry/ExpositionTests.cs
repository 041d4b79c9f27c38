using Promoter.Admission.Tests.Support;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Admission.Tests.Telemetry;

/// <summary>What the built program shows to Prometheus, read by a parser that was written from the format's documentation.</summary>
public sealed class ExpositionTests
{
    private const string Web = WebhookProcess.TargetHost + "/shop/web";

    [Fact]
    public async Task Everything_on_the_metrics_port_is_well_formed_explained_and_without_names_of_images()
    {
        await using var webhook = await WebhookProcess.StartAsync("admission: { onMissing: inline }", null, "--no-kubernetes");
        var image = webhook.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        webhook.Target.Faults.Inject(Effect.Status(429, "TOOMANYREQUESTS", "slow down"), EmulatedAction.StartUpload, times: 1);

        await webhook.ReviewAsync(Fixture.PodWith($"{Web}:1.4.2"));
        await webhook.ReviewAsync(Fixture.PodWith($"{Web}:1.4.2"));
        await webhook.ReviewAsync(Fixture.PodWith($"{Web}:never-pushed", "\"quoted\\\n/image"));
        var text = await webhook.GetAsync("/metrics");

        var metrics = Exposition.Parse(text);
        Assert.Equal(1, metrics["promoter_admission_decisions_total{decision=\"promoted\"}"]);
        Assert.Equal(1, metrics["promoter_admission_decisions_total{decision=\"present\"}"]);
        Assert.Equal(1, metrics["promoter_admission_promotions_total{outcome=\"done\"}"]);
        Assert.Equal(1, metrics["promoter_admission_promotions_total{outcome=\"missing\"}"]);
        Assert.Equal(image.AllBlobs().Values.Sum(blob => blob.Length), metrics["promoter_admission_promoted_bytes_total"]);
        Assert.Equal(1, metrics["promoter_admission_presence_lookups_total{answer=\"cached-present\"}"]);
        Assert.Equal(2, metrics["promoter_admission_presence_lookups_total{answer=\"registry\"}"]);
        Assert.Equal(1, metrics[$"promoter_registry_throttles_total{{operation=\"StartUpload\",registry=\"{WebhookProcess.TargetHost}\",status=\"429\"}}"]);
        Assert.Equal(0, metrics["promoter_admission_promotions_queued"]);
        Assert.Equal(1, metrics["promoter_admission_config_valid"]);
        // The webhook's own review among them.
        Assert.Equal(4, metrics["promoter_admission_review_duration_seconds_count"]);
        Assert.DoesNotContain("1.4.2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("shop/web", text, StringComparison.Ordinal);
        var documented = await File.ReadAllTextAsync(Path.Combine(Toolbox.RepositoryRoot, "docs", "metrics.md"));
        Assert.All(metrics.Families.Keys.Where(name => name.StartsWith("promoter_", StringComparison.Ordinal)), name => Assert.True(documented.Contains($"`{name}`", StringComparison.Ordinal), $"{name} is not in docs/metrics.md"));
        Assert.All(metrics.Families.Values, family => Assert.True(family.Samples.Count <= 200, $"{family.Metric} has {family.Samples.Count} series"));
    }
}
