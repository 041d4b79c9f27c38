using Microsoft.Extensions.Logging;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// The bytes of a blob up to <paramref name="end"/>, over one connection at a time: a broken or stalled one is followed by another that goes on at the byte
/// where it stood, with a fresh redirect. Nothing is checked here; <see cref="BlobReader"/> hashes what comes.
/// </summary>
internal sealed class BlobDownload(IRepository source, Descriptor blob, long start, long end, RegistryClientOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const long MinProgress = 1024 * 1024;
    private static readonly TimeSpan MinCalm = TimeSpan.FromSeconds(60);
    private readonly RetryWindow _troubled = new(time);
    private readonly RetryWindow _calm = new(time);
    private CancellationTokenSource _idle = new(Timeout.InfiniteTimeSpan, time);
    private Stream? _stream;
    private int _troubles;
    private long _troubledAt;

    /// <summary>The next byte that <see cref="ReadAsync"/> gives out.</summary>
    public long Position { get; private set; } = start;

    public async Task SeekAsync(long offset)
    {
        if (offset == Position && _stream is not null) return;
        await CloseAsync();
        Position = offset;
    }

    /// <summary>Gives the connection up; the next read opens another.</summary>
    public async ValueTask CloseAsync()
    {
        if (_stream is null) return;
        await _stream.DisposeAsync();
        _stream = null;
    }

    /// <summary>Reads the next bytes; 0 at the end.</summary>
    /// <exception cref="RegistryException">The source failed for good.</exception>
    /// <exception cref="RangesNotServedException">A part was wanted, and the source gives only the whole.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Position == end) return 0;
        while (true)
        {
            try
            {
                _stream ??= await OpenAsync(cancellationToken);
                var read = await ReadWithinIdleLimitAsync(_stream, Clip(buffer), cancellationToken);
                if (read == 0) throw new EndOfStreamException("the connection ended early");
                Position += read;
                if (_troubles > 0) CountProgress();
                return read;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTrouble(e))
            {
                await CloseAsync();
                if (_troubles == 0) _troubled.Restart();
                if (_troubles >= options.Retries || _troubled.Elapsed + PauseAfter(e) >= options.RetryLimit) throw GivenUp(e);
                await PauseAsync(e, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _idle.Dispose();
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        if (blob.EmbeddedContent is { } embedded) return new MemoryStream(embedded[(int)Position..].ToArray(), writable: false);
        if (end == blob.Size) return await source.OpenBlobAsync(blob, Position, cancellationToken);
        return await source.OpenBlobRangeAsync(blob, Position, end, cancellationToken) ?? throw new RangesNotServedException();
    }

    private Memory<byte> Clip(Memory<byte> buffer) => buffer.Length > end - Position ? buffer[..(int)(end - Position)] : buffer;

    private async ValueTask<int> ReadWithinIdleLimitAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_idle.TryReset())
        {
            _idle.Dispose();
            _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        _idle.CancelAfter(options.IdleTimeout);
        await using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _idle);
        try
        {
            return await stream.ReadAsync(buffer, _idle.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {options.IdleTimeout.TotalSeconds:0.#} s", e);
        }
    }

    private static bool IsTrouble(Exception e) => e is IOException or HttpRequestException or RegistryException { IsTransient: true, Fault: not RegistryFault.Corrupt };

    // Troubles are counted as long as next to nothing comes between them: a link that breaks every gigabyte may break as often as it likes, a source that
    // gives one byte per connection may not. The numbers are those of skopeo's body reader.
    private void CountProgress()
    {
        if (Position - _troubledAt >= MinProgress || _calm.Elapsed >= MinCalm) _troubles = 0;
    }

    private TimeSpan PauseAfter(Exception e) =>
        (e as RegistryException)?.RetryAfter ?? TimeSpan.FromTicks(Math.Min(options.RetryDelay.Ticks << Math.Min(_troubles, 16), options.MaxRetryDelay.Ticks));

    private async Task PauseAsync(Exception e, CancellationToken cancellationToken)
    {
        var pause = PauseAfter(e);
        _troubles++;
        _troubledAt = Position;
        _calm.Restart();
        RegistryLog.DownloadResumed(logger, blob.Digest.ToString(), source.Host, Position, blob.Size, e.Message);
        await Task.Delay(pause, time, cancellationToken);
    }

    // Not transient any more: whoever uploads the blob must not begin the same tries anew.
    private RegistryException GivenUp(Exception e) => e is RegistryException fault
        ? fault.Retold(isTransient: false)
        : RegistryErrors.Fault(
            RegistryFault.Unreachable,
            $"cannot read blob {blob.Digest} from source {source.Host}/{source.Name}: it broke at byte {Position} of {blob.Size} and {_troubles} tries to resume it failed ({e.Message.TrimEnd('.')})",
            "fetch blob",
            new RequestOrigin(source.Side, source.Host, source.Name),
            inner: e);
}
