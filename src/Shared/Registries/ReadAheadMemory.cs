namespace Promoter.Registries;

/// <summary>
/// The memory in which all downloads of a process together may read ahead. It is never waited for: whoever gets none reads without, so that no download can
/// wait for another. A range owns its memory before it is asked for, hence what is under way always comes to an end.
/// </summary>
public sealed class ReadAheadMemory(ReadAheadOptions options)
{
    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();
    private int _taken;

    /// <summary>Ranges that there is room for.</summary>
    internal int Limit { get; } = (int)(options.Memory / options.RangeSize);

    /// <summary>The most ranges that there was room for at once.</summary>
    internal int Peak { get; private set; }

    /// <summary>Room for one range; null where all is in use.</summary>
    internal byte[]? TryTake()
    {
        lock (_lock)
        {
            if (_taken == Limit) return null;
            Peak = Math.Max(Peak, ++_taken);
            if (_free.TryPop(out var buffer)) return buffer;
        }

        return GC.AllocateUninitializedArray<byte>(options.RangeSize);
    }

    internal void Return(byte[] buffer)
    {
        lock (_lock)
        {
            // Kept for the next range while anybody reads ahead, and not a moment longer: the webhook lives for months.
            if (--_taken == 0) _free.Clear();
            else _free.Push(buffer);
        }
    }
}
