using Microsoft.Extensions.Logging;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// Reads one blob from its source from the first byte to the last, whatever happens on the way: a broken or stalled download goes on with a Range
/// request at the byte where it stood. Every byte is hashed once, in order; the last ones are given out only when the digest matches, so that an upload
/// of wrong content can never be completed.
/// </summary>
public sealed class BlobReader : IAsyncDisposable
{
    private const long MinProgress = 1024 * 1024;
    private static readonly TimeSpan MinCalm = TimeSpan.FromSeconds(60);
    private readonly IRepository _source;
    private readonly RegistryClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<int>? _progress;
    private readonly RetryWindow _troubled;
    private readonly RetryWindow _calm;
    private RunningDigest _digest;
    private CancellationTokenSource _idle;
    private Stream? _stream;
    private int _troubles;
    private long _troubledAt;

    public BlobReader(IRepository source, Descriptor blob, RegistryClientOptions options, TimeProvider time, ILogger logger, Action<int>? progress = null)
    {
        _source = source;
        Blob = blob;
        _options = options;
        _time = time;
        _logger = logger;
        _progress = progress;
        _troubled = new RetryWindow(time);
        _calm = new RetryWindow(time);
        _digest = new RunningDigest(blob.Digest.Algorithm);
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public Descriptor Blob { get; }

    /// <summary>The next byte that <see cref="ReadAsync"/> gives out.</summary>
    public long Position { get; private set; }

    /// <summary>Goes to <paramref name="offset"/>, at most as far as has been read already.</summary>
    public async Task SeekAsync(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Math.Max(Position, _digest.Length));
        if (offset == Position) return;
        await CloseAsync();
        Position = offset;
    }

    /// <summary>Begins again with nothing remembered; for content that turned out to be wrong.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        Position = 0;
        _digest.Dispose();
        _digest = new RunningDigest(Blob.Digest.Algorithm);
    }

    /// <summary>Reads the next bytes; 0 at the end of the blob.</summary>
    /// <exception cref="RegistryException">The source failed for good, or its content does not have the digest.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (Position == Blob.Size)
        {
            if (Blob.Size == 0) Verify();
            return 0;
        }

        while (true)
        {
            try
            {
                _stream ??= await OpenAsync(cancellationToken);
                var read = await ReadWithinIdleLimitAsync(_stream, Clip(buffer), cancellationToken);
                if (read == 0) throw new EndOfStreamException("the connection ended early");
                Take(buffer.Span[..read]);
                return read;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsTrouble(e))
            {
                await CloseAsync();
                if (_troubles == 0) _troubled.Restart();
                if (_troubles >= _options.Retries || _troubled.Elapsed + PauseAfter(e) >= _options.RetryLimit) throw GivenUp(e);
                await PauseAsync(e, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _digest.Dispose();
        _idle.Dispose();
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken) =>
        Blob.EmbeddedContent is { } embedded
            ? new MemoryStream(embedded[(int)Position..].ToArray(), writable: false)
            : await _source.OpenBlobAsync(Blob, Position, cancellationToken);

    private Memory<byte> Clip(Memory<byte> buffer) => buffer.Length > Blob.Size - Position ? buffer[..(int)(Blob.Size - Position)] : buffer;

    private void Take(ReadOnlySpan<byte> bytes)
    {
        // After going back to an earlier byte only what has not been hashed yet counts; the target checks the digest of what it stored.
        var alreadyHashed = (int)Math.Min(bytes.Length, Math.Max(0, _digest.Length - Position));
        _digest.Append(bytes[alreadyHashed..]);
        Position += bytes.Length;
        if (_troubles > 0) CountProgress();
        if (Position == Blob.Size) Verify();
        _progress?.Invoke(bytes.Length);
    }

    private void Verify()
    {
        var actual = _digest.Current();
        if (actual == Blob.Digest) return;
        throw RegistryErrors.Fault(
            RegistryFault.Corrupt,
            $"the blob {Blob.Digest} from source {_source.Host}/{_source.Name} has digest {actual} after {Blob.Size} bytes: nothing was stored; the source's storage or a proxy damages content",
            "fetch blob",
            new RequestOrigin(_source.Side, _source.Host, _source.Name),
            isTransient: true);
    }

    private async ValueTask<int> ReadWithinIdleLimitAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_idle.TryReset())
        {
            _idle.Dispose();
            _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        }

        _idle.CancelAfter(_options.IdleTimeout);
        await using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _idle);
        try
        {
            return await stream.ReadAsync(buffer, _idle.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {_options.IdleTimeout.TotalSeconds:0.#} s", e);
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
        (e as RegistryException)?.RetryAfter ?? TimeSpan.FromTicks(Math.Min(_options.RetryDelay.Ticks << Math.Min(_troubles, 16), _options.MaxRetryDelay.Ticks));

    private async Task PauseAsync(Exception e, CancellationToken cancellationToken)
    {
        var pause = PauseAfter(e);
        _troubles++;
        _troubledAt = Position;
        _calm.Restart();
        RegistryLog.DownloadResumed(_logger, Blob.Digest.ToString(), _source.Host, Position, Blob.Size, e.Message);
        await Task.Delay(pause, _time, cancellationToken);
    }

    // Not transient any more: whoever uploads the blob must not begin the same tries anew.
    private RegistryException GivenUp(Exception e) => e is RegistryException fault
        ? RegistryErrors.With(fault, isTransient: false)
        : RegistryErrors.Fault(
            RegistryFault.Unreachable,
            $"cannot read blob {Blob.Digest} from source {_source.Host}/{_source.Name}: it broke at byte {Position} of {Blob.Size} and {_troubles} tries to resume it failed ({e.Message.TrimEnd('.')})",
            "fetch blob",
            new RequestOrigin(_source.Side, _source.Host, _source.Name),
            inner: e);

    private async ValueTask CloseAsync()
    {
        if (_stream is null) return;
        await _stream.DisposeAsync();
        _stream = null;
    }
}
