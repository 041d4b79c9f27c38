using System.Diagnostics.Metrics;

namespace Promoter.Telemetry;

/// <summary>How a series is printed.</summary>
internal enum SeriesKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>The values of one instrument under one set of labels.</summary>
internal sealed class MetricSeries
{
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _lock = new();
    private readonly bool _isTotal;
    private readonly long[] _buckets;
    private double _value;
    private long _count;

    private MetricSeries(SeriesKind kind, bool isTotal, IReadOnlyList<double> bounds)
    {
        Kind = kind;
        _isTotal = isTotal;
        Bounds = bounds;
        _buckets = new long[bounds.Count];
    }

    public SeriesKind Kind { get; }

    /// <summary>Upper bounds of a histogram's buckets, without infinity.</summary>
    public IReadOnlyList<double> Bounds { get; }

    public static MetricSeries Of(Instrument instrument)
    {
        var type = instrument.GetType();
        var name = type.Name;
        if (name.StartsWith("Histogram", StringComparison.Ordinal)) return new MetricSeries(SeriesKind.Histogram, isTotal: false, BoundsOf(instrument));
        var isGauge = name.Contains("Gauge", StringComparison.Ordinal) || name.Contains("UpDown", StringComparison.Ordinal);
        // An observable instrument reports the total itself; a gauge its last value.
        var isTotal = instrument.IsObservable || name.StartsWith("Gauge", StringComparison.Ordinal);
        return new MetricSeries(isGauge ? SeriesKind.Gauge : SeriesKind.Counter, isTotal, []);
    }

    public void Record(double value)
    {
        lock (_lock)
        {
            _count++;
            _value = _isTotal ? value : _value + value;
            for (var i = 0; i < Bounds.Count; i++)
            {
                if (value <= Bounds[i]) _buckets[i]++;
            }
        }
    }

    /// <summary>Value (or sum), count, and per bucket how many values are at most its bound.</summary>
    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (_lock) return (_value, _count, [.. _buckets]);
    }

    private static IReadOnlyList<double> BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };
}
