namespace Promoter.Registries;

/// <summary>
/// Measures who waits for whom while a blob streams from its source to its target: the time inside reads against all time, since the connection gave its
/// first bytes. The rule by which a download is split into ranges, apart from everything that it is applied to. It looks at averages, not at moments:
/// throttled sources come in bursts, and a busy machine stutters. Beside the one download it looks at what all of them get meanwhile: many that wait are
/// no sign of slow connections where they get much together.
/// </summary>
/// <param name="readByAll">Bytes that all downloads have read so far, this one included.</param>
internal sealed class ReadPace(ReadAheadOptions options, TimeProvider time, Func<long> readByAll)
{
    private long _since = -1;
    private long _readSince;
    private TimeSpan _reading;
    private TimeSpan _all;
    private long _bytes;
    private long _readByAllBefore;

    /// <summary>Whether enough has come to conclude anything.</summary>
    public bool HasEvidence => _bytes >= options.Evidence;

    /// <summary>Whether the upload has waited for this connection long enough to open more of them.</summary>
    public bool IsSlow => Judge(_reading, _all);

    /// <summary>The same in the middle of a read, which may take as long as everything before it.</summary>
    public bool IsSlowByNow
    {
        get
        {
            var now = time.GetTimestamp();
            return Judge(_reading + time.GetElapsedTime(_readSince, now), time.GetElapsedTime(_since, now));
        }
    }

    /// <summary>The part of all time that went into reads, 0 to 1.</summary>
    public double Share => _reading / _all;

    /// <summary>What this connection has given until now, a read that is under way included.</summary>
    public double BytesPerSecond => _bytes / time.GetElapsedTime(_since).TotalSeconds;

    /// <summary>A read begins.</summary>
    public void Begin()
    {
        _readSince = time.GetTimestamp();
        if (_since >= 0) return;
        _since = _readSince;
        _readByAllBefore = readByAll();
    }

    /// <summary>The read that began last has brought <paramref name="bytes"/>.</summary>
    public void End(int bytes)
    {
        var now = time.GetTimestamp();
        _reading += time.GetElapsedTime(_readSince, now);
        _all = time.GetElapsedTime(_since, now);
        _bytes += bytes;
    }

    // What this and all other downloads got per second in the same time decides, not what this one got.
    private bool Judge(TimeSpan reading, TimeSpan all) =>
        HasEvidence && all > TimeSpan.Zero && reading / all >= options.SlowShare && (readByAll() - _readByAllBefore) / all.TotalSeconds < options.FastEnough;

    /// <summary>Begins anew, as after opening another connection: its first byte took as long as it took.</summary>
    public void Reset() => (_since, _reading, _all, _bytes) = (-1, TimeSpan.Zero, TimeSpan.Zero, 0);
}
