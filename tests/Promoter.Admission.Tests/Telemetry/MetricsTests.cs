using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task Reviews_decisions_and_copies_are_counted_without_names_of_images()
    {
        await using var webhook = await Webhook.StartAsync();
        await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:1.4.2"));
        await webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:1.4.2"));

        var text = await webhook.GetAsync("/metrics");

        Assert.Contains("promoter_admission_reviews_total{outcome=\"allowed\"}", text, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_decisions_total{decision=\"promoted\"}", text, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_decisions_total{decision=\"present\"}", text, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_presence_lookups_total{answer=\"cached-present\"}", text, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_promotions_total{outcome=\"done\"}", text, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_review_duration_seconds_bucket{le=\"+Inf\"}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1.4.2", text, StringComparison.Ordinal);
    }
}
