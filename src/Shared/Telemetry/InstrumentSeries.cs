using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Promoter.Telemetry;

/// <summary>All series of one instrument. Measurements with no label or one, which are those of hot paths, find theirs without making any text.</summary>
internal sealed class InstrumentSeries(Instrument instrument)
{
    /// <summary>A label with more values than this is a mistake; what exceeds it is not recorded.</summary>
    private const int Most = 2000;

    private readonly ConcurrentDictionary<LabelSet, MetricSeries> _all = new();
    private readonly ConcurrentDictionary<(string Name, object? Value), MetricSeries> _byOneLabel = new();
    private MetricSeries? _withoutLabels;

    public Instrument Instrument => instrument;

    public IEnumerable<KeyValuePair<LabelSet, MetricSeries>> All => _all;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags)?.Record(value);

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return _withoutLabels ??= FindOrAdd(LabelSet.Empty);
        if (tags.Length > 1) return FindOrAdd(LabelSet.Of(tags));
        var label = (tags[0].Key, tags[0].Value);
        if (_byOneLabel.TryGetValue(label, out var known)) return known;
        if (FindOrAdd(LabelSet.Of(tags)) is not { } series) return null;
        // Values that are equal as text and not as objects may come without end; the series itself is found all the same.
        return _byOneLabel.Count < Most ? _byOneLabel.GetOrAdd(label, series) : series;
    }

    private MetricSeries? FindOrAdd(LabelSet labels)
    {
        if (_all.TryGetValue(labels, out var series)) return series;
        return _all.Count < Most ? _all.GetOrAdd(labels, _ => MetricSeries.Of(instrument)) : null;
    }
}
