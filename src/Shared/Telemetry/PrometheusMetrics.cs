using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Promoter.Telemetry;

/// <summary>Collects what the process's meters measure, to be read in Prometheus' text format.</summary>
public sealed class PrometheusMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<InstrumentSeries> _instruments = [];

    /// <param name="meters">Names of the meters to listen to; a trailing <c>*</c> stands for any end.</param>
    public PrometheusMetrics(params IReadOnlyList<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!meters.Any(name => Matches(name, instrument.Meter.Name))) return;
            var series = new InstrumentSeries(instrument);
            _instruments.Add(series);
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as text (exposition format 0.0.4).</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        return PrometheusText.Render(_instruments.Select(series => (series.Instrument, series.All)));
    }

    public void Dispose() => _listener.Dispose();

    private static bool Matches(string pattern, string name) => pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => ((InstrumentSeries)state!).Record(value, tags);
}
