namespace Promoter.Emulator.Faults;

/// <summary>A place in a body: the request's for uploads and manifest PUTs, the response's for everything else.</summary>
public readonly record struct BodyPosition
{
    private readonly long _bytes;
    private readonly int _percent;
    private readonly bool _last;

    private BodyPosition(long bytes, int percent, bool last)
    {
        _bytes = bytes;
        _percent = percent;
        _last = last;
    }

    /// <summary>Before anything is answered or read.</summary>
    public static BodyPosition Start => default;

    /// <summary>All bytes but the last pass.</summary>
    public static BodyPosition LastByte => new(0, 0, last: true);

    /// <summary>So many bytes pass.</summary>
    public static BodyPosition Byte(long count) => new(count, 0, last: false);

    /// <summary>That share of the body passes, at least one byte.</summary>
    public static BodyPosition Percent(int percent) => new(0, percent, last: false);

    public override string ToString() => _last ? "last byte" : _percent > 0 ? $"{_percent} %" : $"byte {_bytes}";

    /// <summary>How many bytes pass of a body of that length; a body of unknown length passes one byte where a share is asked for.</summary>
    internal long Resolve(long? length)
    {
        if (_last) return Math.Max(0, (length ?? 1) - 1);
        if (_percent > 0) return length is { } l ? Math.Min(Math.Max(1, l * _percent / 100), l) : 1;
        return length is { } known ? Math.Min(_bytes, known) : _bytes;
    }
}
