using Microsoft.Extensions.Logging;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// The rest of a blob in several ranges at once, given out strictly in order. Each range is resumed by itself. Where memory is short the range that is
/// next is read straight from its connection, so that it always goes on.
/// </summary>
internal sealed class RangeReadAhead(IRepository source, Descriptor blob, long start, RegistryClientOptions options, ReadAheadMemory memory, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly Queue<BufferedRange> _ahead = new();
    private BlobDownload? _direct;
    private long _directEnd;
    private long _next = start;
    private bool _isServed;

    /// <summary>The first byte that comes from here.</summary>
    public long Start { get; } = start;

    /// <summary>Asks for the first range alone: a source that knows no ranges would send the whole blob for each.</summary>
    /// <returns>False where there is no memory for it.</returns>
    public bool TryBegin()
    {
        Fill(atOnce: 1);
        return _ahead.Count > 0;
    }

    /// <summary>Whether a range has come.</summary>
    public bool HasArrived => _isServed || (_ahead.TryPeek(out var first) && first.HasArrived);

    /// <summary>Asks for as many ranges as may be under way, once the first one came.</summary>
    public void FillWhenServed()
    {
        if (HasArrived) Fill();
    }

    /// <summary>Whether the source answers with a range where it is asked for one.</summary>
    /// <exception cref="RegistryException">The source failed for good.</exception>
    public async Task<bool> IsServedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _ahead.Peek().OpenedAsync(cancellationToken);
            return true;
        }
        catch (RangesNotServedException)
        {
            return false;
        }
    }

    /// <summary>Reads the next bytes; 0 at the end of the blob.</summary>
    /// <exception cref="RangesNotServedException">The source has stopped to serve ranges.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Fill();
            if (_direct is not null || _ahead.Count == 0)
            {
                if (_direct is null && _next == blob.Size) return 0;
                if (await ReadDirectAsync(buffer, cancellationToken) is > 0 and var read) return read;
                continue;
            }

            var range = _ahead.Peek();
            if (await range.ReadAsync(buffer, cancellationToken) is > 0 and var count) return count;
            await _ahead.Dequeue().DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_direct is not null) await _direct.DisposeAsync();
        while (_ahead.TryDequeue(out var range)) await range.DisposeAsync();
    }

    private void Fill()
    {
        _isServed = true;
        Fill(options.ReadAhead.RangesPerBlob);
    }

    private void Fill(int atOnce)
    {
        while (_next < blob.Size && _ahead.Count < atOnce && memory.TryTake() is { } buffer)
        {
            var end = EndOf(_next);
            _ahead.Enqueue(new BufferedRange(Download(_next, end), buffer, memory));
            _next = end;
        }
    }

    private async ValueTask<int> ReadDirectAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_direct is null)
        {
            _directEnd = EndOf(_next);
            _direct = Download(_next, _directEnd);
            _next = _directEnd;
        }

        var read = await _direct.ReadAsync(buffer, cancellationToken);
        if (_direct.Position < _directEnd) return read;
        await _direct.DisposeAsync();
        _direct = null;
        return read;
    }

    private long EndOf(long offset) => Math.Min(offset + options.ReadAhead.RangeSize, blob.Size);

    private BlobDownload Download(long from, long end) => new(source, blob, from, end, options, time, logger);
}
