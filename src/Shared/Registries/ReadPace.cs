namespace Promoter.Registries;

/// <summary>
/// Measures who waits for whom while a blob streams from its source to its target, window by window: the time inside reads against all time. The rule by
/// which a download is split into ranges, apart from everything that it is applied to.
/// </summary>
internal sealed class ReadPace(ReadAheadOptions options, TimeProvider time)
{
    private long _windowSince = -1;
    private long _readSince;
    private TimeSpan _reading;
    private long _bytes;
    private int _slowInARow;

    /// <summary>Whether the upload has waited for this connection long enough to open more of them.</summary>
    public bool IsSlow => _slowInARow >= options.SlowWindows;

    /// <summary>Bytes per second in the last full window.</summary>
    public double BytesPerSecond { get; private set; }

    /// <summary>A read begins.</summary>
    public void Begin()
    {
        _readSince = time.GetTimestamp();
        if (_windowSince < 0) _windowSince = _readSince;
    }

    /// <summary>The read that began last has brought <paramref name="bytes"/>.</summary>
    public void End(int bytes)
    {
        var now = time.GetTimestamp();
        _reading += time.GetElapsedTime(_readSince, now);
        _bytes += bytes;
        if (_bytes < options.Window) return;

        var all = time.GetElapsedTime(_windowSince, now);
        BytesPerSecond = all > TimeSpan.Zero ? _bytes / all.TotalSeconds : double.PositiveInfinity;
        _slowInARow = _reading >= all * options.SlowShare && BytesPerSecond < options.FastEnough ? _slowInARow + 1 : 0;
        (_windowSince, _reading, _bytes) = (now, TimeSpan.Zero, 0);
    }

    /// <summary>Begins anew, as after opening another connection: its first byte took as long as it took.</summary>
    public void Reset() => (_windowSince, _reading, _bytes, _slowInARow) = (-1, TimeSpan.Zero, 0, 0);
}
