using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Promoter.Telemetry;

/// <summary>Collects what the process's meters measure, to be read in Prometheus' text format.</summary>
public sealed class PrometheusMetrics : IDisposable
{
    /// <summary>A label with more values than this is a mistake; what exceeds it is not recorded.</summary>
    private const int MostSeries = 2000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<LabelSet, MetricSeries>> _series = new();

    /// <param name="meters">Names of the meters to listen to; a trailing <c>*</c> stands for any end.</param>
    public PrometheusMetrics(params IReadOnlyList<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Any(name => Matches(name, instrument.Meter.Name))) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<float>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as text (exposition format 0.0.4).</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        return PrometheusText.Render(_series.Select(entry => (entry.Key, (IEnumerable<KeyValuePair<LabelSet, MetricSeries>>)entry.Value)));
    }

    public void Dispose() => _listener.Dispose();

    private static bool Matches(string pattern, string name) => pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == name;

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = _series.GetOrAdd(instrument, _ => new ConcurrentDictionary<LabelSet, MetricSeries>());
        var labels = LabelSet.Of(tags);
        if (!all.TryGetValue(labels, out var series))
        {
            if (all.Count >= MostSeries) return;
            series = all.GetOrAdd(labels, _ => MetricSeries.Of(instrument));
        }

        series.Record(value);
    }
}
