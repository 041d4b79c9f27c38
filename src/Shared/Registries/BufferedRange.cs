using System.Threading.Channels;

namespace Promoter.Registries;

/// <summary>One range that is fetched into memory of its own while what lies before it is still being read.</summary>
internal sealed class BufferedRange : IAsyncDisposable
{
    private readonly BlobDownload _download;
    private readonly byte[] _buffer;
    private readonly ReadAheadMemory _memory;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<int> _arrivals = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Task _filling;
    private volatile bool _hasArrived;
    private int _arrived;
    private int _given;

    /// <param name="download">The range: at most as many bytes as the buffer holds.</param>
    /// <param name="buffer">Goes back to <paramref name="memory"/> with this range.</param>
    /// <param name="memory">Where the buffer is from.</param>
    public BufferedRange(BlobDownload download, byte[] buffer, ReadAheadMemory memory)
    {
        _download = download;
        _buffer = buffer;
        _memory = memory;
        _filling = FillAsync(_stop.Token);
    }

    /// <summary>Whether the source has begun to send this range.</summary>
    public bool HasArrived => _hasArrived;

    /// <summary>Ends when the first bytes are there, or when it is known why there are none.</summary>
    public async Task OpenedAsync(CancellationToken cancellationToken) => await _arrivals.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Reads what has arrived, and waits where nothing has; 0 at the end of the range.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_arrivals.Reader.TryRead(out var more)) _arrived += more;
        while (_arrived == _given)
        {
            // Whatever the filling failed of comes out here.
            if (!await _arrivals.Reader.WaitToReadAsync(cancellationToken)) return 0;
            while (_arrivals.Reader.TryRead(out var more)) _arrived += more;
        }

        var count = Math.Min(buffer.Length, _arrived - _given);
        _buffer.AsMemory(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _filling;
        await _download.DisposeAsync();
        _stop.Dispose();
        _memory.Return(_buffer);
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        // The reader goes on at once: what it waits for is elsewhere.
        await Task.Yield();
        Exception? failure = null;
        try
        {
            var filled = 0;
            while (filled < _buffer.Length && await _download.ReadAsync(_buffer.AsMemory(filled), cancellationToken) is > 0 and var read)
            {
                filled += read;
                _hasArrived = true;
                _arrivals.Writer.TryWrite(read);
            }
        }
        catch (Exception e) when (e is RegistryException or RangesNotServedException || cancellationToken.IsCancellationRequested)
        {
            failure = e;
        }
        finally
        {
            _arrivals.Writer.TryComplete(failure);
        }
    }
}
