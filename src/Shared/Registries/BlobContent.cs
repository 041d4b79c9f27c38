using System.Buffers;
using System.Net;

namespace Promoter.Registries;

/// <summary>
/// A request body that is read from the source while it is sent: one pooled buffer, known length, no disk. It remembers whose fault a failure was, since
/// the HTTP stack reports reading and writing troubles alike.
/// </summary>
internal sealed class BlobContent : HttpContent
{
    // Measured on loopback: larger buffers gain nothing, smaller ones cost a third of the throughput.
    private const int BufferSize = 80 * 1024;

    private readonly BlobReader _reader;
    private readonly long _length;
    private readonly RegistryClientOptions _options;
    private readonly CancellationTokenSource _progress;

    /// <param name="reader">The source, standing at the first byte to send.</param>
    /// <param name="length">Bytes to send.</param>
    /// <param name="options">Idle and commit time-outs.</param>
    /// <param name="progress">Cancelled when no byte could be sent for the idle time-out, or no answer came for the commit time-out.</param>
    public BlobContent(BlobReader reader, long length, RegistryClientOptions options, CancellationTokenSource progress)
    {
        _reader = reader;
        _length = length;
        _options = options;
        _progress = progress;
        Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
    }

    /// <summary>The failure of the source, where it was the source that failed.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>Bytes that have been handed to the connection.</summary>
    public long BytesSent { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (var left = _length; left > 0;)
            {
                // The source watches its own idle time; while it is slow the target is not to blame.
                _progress.CancelAfter(Timeout.InfiniteTimeSpan);
                var read = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, left)), cancellationToken);
                if (read == 0) throw new EndOfStreamException("the blob ended before its length");
                _progress.CancelAfter(_options.IdleTimeout);
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                left -= read;
                BytesSent += read;
            }

            _progress.CancelAfter(_options.IdleTimeout);
            await stream.FlushAsync(cancellationToken);
            _progress.CancelAfter(_options.CommitTimeout);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e)
        {
            SourceFailure = e;
            throw;
        }
    }
}
