using System.Diagnostics.Metrics;
using Promoter.Telemetry;

namespace Promoter.Tests.Telemetry;

public sealed class PrometheusMetricsTests : IDisposable
{
    private readonly Meter _meter = new("Promoter.Test." + Guid.NewGuid());
    private readonly PrometheusMetrics _metrics;

    public PrometheusMetricsTests() => _metrics = new PrometheusMetrics(_meter.Name);

    public void Dispose()
    {
        _metrics.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_gauges_and_histograms_are_printed_as_prometheus_reads_them()
    {
        var copies = _meter.CreateCounter<long>("copies", "{copy}", "Copies that ended");
        copies.Add(2, new KeyValuePair<string, object?>("outcome", "done"));
        copies.Add(1, new KeyValuePair<string, object?>("outcome", "done"));
        _meter.CreateObservableGauge("gate.age", () => 1.5, "s", "Age of the oldest gate");
        var duration = _meter.CreateHistogram("duration", "s", "How long", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.05, 0.5, 5]) duration.Record(value);

        var expected = """
            # HELP copies_total Copies that ended
            # TYPE copies_total counter
            copies_total{outcome="done"} 3
            # HELP duration_seconds How long
            # TYPE duration_seconds histogram
            duration_seconds_bucket{le="0.1"} 1
            duration_seconds_bucket{le="1"} 2
            duration_seconds_bucket{le="+Inf"} 3
            duration_seconds_sum 5.55
            duration_seconds_count 3
            # HELP gate_age_seconds Age of the oldest gate
            # TYPE gate_age_seconds gauge
            gate_age_seconds 1.5

            """;

        Assert.Equal(expected, _metrics.Render());
    }

    [Fact]
    public void An_observed_value_is_the_last_one_and_not_the_sum()
    {
        var value = 7;
        _meter.CreateObservableCounter("seen", () => value);
        _metrics.Render();
        value = 9;

        Assert.Contains("seen_total 9\n", _metrics.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_escaped_and_their_order_does_not_matter()
    {
        var counter = _meter.CreateCounter<int>("c");
        counter.Add(1, new("b.x", "line\nbreak"), new("a", "quote\" and \\"));
        counter.Add(1, new("a", "quote\" and \\"), new("b.x", "line\nbreak"));

        Assert.Contains("c_total{a=\"quote\\\" and \\\\\",b_x=\"line\\nbreak\"} 2\n", _metrics.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_with_endless_values_does_not_eat_the_memory()
    {
        var counter = _meter.CreateCounter<int>("c");
        for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("image", i));

        Assert.True(_metrics.Render().Split('\n').Length < 2100, "the number of series is not bounded");
    }
}
