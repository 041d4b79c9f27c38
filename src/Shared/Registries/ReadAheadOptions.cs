namespace Promoter.Registries;

/// <summary>When and how a blob is read over several connections at once: only where one connection is what its upload waits for.</summary>
public sealed record ReadAheadOptions
{
    /// <summary>Bytes that one connection fetches at a time.</summary>
    public int RangeSize { get; init; } = 4 * 1024 * 1024;

    /// <summary>Ranges of one blob that are fetched at once; 0: never more than one connection for a blob.</summary>
    public int RangesPerBlob { get; init; } = 8;

    /// <summary>Memory for all ranges of the run together, in bytes. What does not fit is read without reading ahead.</summary>
    public long Memory { get; init; } = 40L * 1024 * 1024;

    /// <summary>Bytes that have to be measured before anything is concluded from them.</summary>
    public long Evidence { get; init; } = 16 * 1024 * 1024;

    /// <summary>The share of its time that a slow download keeps its upload waiting, 0 to 1.</summary>
    public double SlowShare { get; init; } = 0.6;

    /// <summary>Downloads at once from which on none is split: they are that many connections already.</summary>
    public int EnoughDownloads { get; init; } = 4;

    /// <summary>
    /// Bytes per second of all downloads together above which none is split, whoever waits: what holds them up then is the network or the machine that they
    /// share, which more connections do not make faster. No object store gives one connection so much.
    /// </summary>
    public double FastEnough { get; init; } = 128 * 1024 * 1024;
}
