using Promoter.Admission.Tests.Support;
using Promoter.Emulator.Images;

namespace Promoter.Admission.Tests.Telemetry;

/// <summary>Traces of the built program, received by a collector.</summary>
public sealed class TraceTests
{
    private const string Web = WebhookProcess.TargetHost + "/shop/web:1.4.2";
    private const string CallersTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string CallersSpan = "b7ad6b7169203331";

    [Fact]
    public async Task A_review_is_traced_down_to_the_requests_of_its_promotion_and_belongs_to_the_callers_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var webhook = await WebhookProcess.StartAsync("admission: { onMissing: inline }", Exporting(receiver), "--no-kubernetes");
        webhook.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        await webhook.ReviewAsync(Fixture.PodWith(Web), traceParent: $"00-{CallersTrace}-{CallersSpan}-01");

        await Eventually.TrueAsync(
            () => receiver.Spans.Any(span => span.Name == "review" && span.TraceId == CallersTrace) && receiver.Spans.Any(span => span.Name == "promote"),
            "no spans came: " + string.Join(", ", receiver.Spans.Select(span => span.Name)));
        var spans = receiver.Spans.Where(span => span.TraceId == CallersTrace).ToDictionary(span => span.SpanId, StringComparer.Ordinal);
        var review = spans.Values.Single(span => span.Name == "review");
        var decide = spans.Values.Single(span => span.Name == "decide");
        var promote = spans.Values.Single(span => span.Name == "promote");
        var requests = spans.Values.Where(span => span.Kind == 3).ToList();
        Assert.Equal("promoter-admission", receiver.Resource["service.name"]);
        Assert.Equal(CallersSpan, review.ParentId);
        Assert.Equal("shop", review.Attributes["k8s.namespace.name"]);
        Assert.Equal(review.SpanId, decide.ParentId);
        Assert.Equal((Web, "Promoted"), (decide.Attributes["promoter.image"], decide.Attributes["promoter.decision"]));
        Assert.Equal(decide.SpanId, promote.ParentId);
        Assert.Contains(requests, request => request.ParentId == decide.SpanId && request.Attributes["server.address"] == "127.0.0.1");
        Assert.Contains(requests, request => request.ParentId == promote.SpanId && request.Attributes["http.request.method"] == "PUT");
        Assert.All(requests, request => Assert.True(request.Attributes.ContainsKey("http.response.status_code"), $"{request.Name} has no status"));
        // Paths and queries carry names and signatures.
        Assert.All(spans.Values, span => Assert.DoesNotContain(span.Attributes.Values, value => value.Contains("/v2/", StringComparison.Ordinal) || value.Contains('?')));
    }

    [Fact]
    public async Task A_promotion_that_fails_is_an_error_in_its_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var webhook = await WebhookProcess.StartAsync("", Exporting(receiver), "--no-kubernetes");

        await webhook.ReviewAsync(Fixture.PodWith(Web));

        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "promote"), "the span did not come");
        var promote = receiver.Spans.Single(span => span.Name == "promote");
        Assert.True(promote.IsError);
        Assert.Equal("Missing", promote.Attributes["error.type"]);
    }

    [Fact]
    public async Task Without_an_endpoint_not_even_the_library_is_loaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "what a process has loaded is read from /proc");
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var without = await WebhookProcess.StartAsync("", new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "" }, "--no-kubernetes");
        await using var with = await WebhookProcess.StartAsync("", Exporting(receiver), "--no-kubernetes");

        Assert.DoesNotContain("OpenTelemetry", Loaded(without), StringComparison.Ordinal);
        Assert.Contains("OpenTelemetry", Loaded(with), StringComparison.Ordinal);
    }

    private static string Loaded(WebhookProcess process) => File.ReadAllText($"/proc/{process.ProcessId}/maps");

    private static Dictionary<string, string> Exporting(OtlpReceiver receiver) => new(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
    };
}
