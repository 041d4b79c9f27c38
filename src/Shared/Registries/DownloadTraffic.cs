namespace Promoter.Registries;

/// <summary>How many downloads are under way, and what they have read together. Where that is much, what limits each of them is not its connection.</summary>
public sealed class DownloadTraffic
{
    private long _bytesRead;
    private int _downloads;

    /// <summary>Bytes that all downloads together have read so far.</summary>
    internal long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Downloads that are under way.</summary>
    internal int Downloads => Volatile.Read(ref _downloads);

    internal void Begin() => Interlocked.Increment(ref _downloads);

    internal void End() => Interlocked.Decrement(ref _downloads);

    internal void Count(int bytes) => Interlocked.Add(ref _bytesRead, bytes);
}
