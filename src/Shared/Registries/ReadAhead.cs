namespace Promoter.Registries;

/// <summary>What all downloads of a process share, so that those that are slow may be read ahead: the memory, and what they know of each other.</summary>
public sealed class ReadAhead(ReadAheadOptions options)
{
    public ReadAheadMemory Memory { get; } = new(options);

    public DownloadTraffic Traffic { get; } = new();
}
