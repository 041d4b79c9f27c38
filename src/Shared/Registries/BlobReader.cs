using Microsoft.Extensions.Logging;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// Reads one blob from its source from the first byte to the last, whatever happens on the way (<see cref="BlobDownload"/>), and over several connections
/// where a single one is too slow for its upload (<see cref="RangeReadAhead"/>). Every byte is hashed once, in order; the last ones are given out only when
/// the digest matches, so that an upload of wrong content can never be completed.
/// </summary>
public sealed class BlobReader : IAsyncDisposable
{
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromMilliseconds(50);
    private readonly IRepository _source;
    private readonly RegistryClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<int>? _progress;
    private readonly BlobDownload _download;
    private readonly ReadPace _pace;
    private readonly ReadAhead? _readAhead;
    private RunningDigest _digest;
    private Task _nextLook = Task.CompletedTask;
    private RangeReadAhead? _ranges;
    private bool _onlyWhole;

    /// <param name="readAhead">What it shares with other downloads, to read ahead; null: one connection, however slow.</param>
    /// <param name="progress">Is told of the bytes that were read.</param>
    public BlobReader(
        IRepository source, Descriptor blob, RegistryClientOptions options, TimeProvider time, ILogger logger, Action<int>? progress = null, ReadAhead? readAhead = null)
    {
        _source = source;
        Blob = blob;
        _options = options;
        _time = time;
        _logger = logger;
        _progress = progress;
        _readAhead = blob.EmbeddedContent is null ? readAhead : null;
        _download = new BlobDownload(source, blob, 0, blob.Size, options, time, logger);
        _pace = new ReadPace(options.ReadAhead, time, () => readAhead?.Traffic.BytesRead ?? 0);
        _digest = new RunningDigest(blob.Digest.Algorithm);
        _readAhead?.Traffic.Begin();
    }

    public Descriptor Blob { get; }

    /// <summary>The next byte that <see cref="ReadAsync"/> gives out.</summary>
    public long Position { get; private set; }

    /// <summary>Goes to <paramref name="offset"/>, at most as far as has been read already.</summary>
    public async Task SeekAsync(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Math.Max(Position, _digest.Length));
        if (offset == Position) return;
        await GoToAsync(offset);
    }

    /// <summary>Begins again with nothing remembered; for content that turned out to be wrong.</summary>
    public async Task RestartAsync()
    {
        await _download.CloseAsync();
        await GoToAsync(0);
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

        var read = await ReadFromSourceAsync(buffer, cancellationToken);
        Take(buffer.Span[..read]);
        return read;
    }

    public async ValueTask DisposeAsync()
    {
        _readAhead?.Traffic.End();
        if (_ranges is not null) await _ranges.DisposeAsync();
        await _download.DisposeAsync();
        _digest.Dispose();
    }

    private async ValueTask<int> ReadFromSourceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_ranges is { } ranges && (Position > ranges.Start || await EntersAsync(ranges, cancellationToken)))
        {
            try
            {
                return await CountedAsync(ranges.ReadAsync(buffer, cancellationToken));
            }
            catch (RangesNotServedException)
            {
                await GiveUpRangesAsync();
            }
        }

        return await ReadSingleAsync(buffer, cancellationToken);
    }

    // (1) One connection, watched.
    private async ValueTask<int> ReadSingleAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_ranges is { } ranges)
        {
            ranges.FillWhenServed();
            return await CountedAsync(_download.ReadAsync(buffer[..(int)Math.Min(buffer.Length, ranges.Start - Position)], cancellationToken));
        }

        if (Position == 0 || _readAhead is not { } shared || _onlyWhole) return await CountedAsync(_download.ReadAsync(buffer, cancellationToken));

        _pace.Begin();
        var read = await (_pace.HasEvidence && MayOpenMore(shared) ? WatchedAsync(buffer, shared, cancellationToken) : CountedAsync(_download.ReadAsync(buffer, cancellationToken)));
        _pace.End(read);
        if (_ranges is null && _pace.IsSlow) Split(Position + read, shared);
        return read;
    }

    // A throttled source comes in bursts and is silent in between: that it is slow is known before it gives more. What it still owes once ranges come is asked
    // for over a connection that has not used up its share.
    private async ValueTask<int> WatchedAsync(Memory<byte> buffer, ReadAhead shared, CancellationToken cancellationToken)
    {
        using var silenced = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = CountedAsync(_download.ReadAsync(buffer, silenced.Token)).AsTask();
        while (!pending.IsCompleted && _ranges is not { HasArrived: true })
        {
            // One clock for many reads: most of them take a fraction of a millisecond.
            if (_nextLook.IsCompleted) _nextLook = Task.Delay(TimeBetweenLooks, _time, CancellationToken.None);
            if (await Task.WhenAny(pending, _nextLook) != pending && _ranges is null && _pace.IsSlowByNow) Split(Position + buffer.Length, shared);
        }

        if (pending.IsCompleted) return await pending;
        await silenced.CancelAsync();
        await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (pending.IsCompletedSuccessfully || cancellationToken.IsCancellationRequested) return await pending;
        await _download.CloseAsync();
        return await CountedAsync(_download.ReadAsync(buffer, cancellationToken));
    }

    private bool MayOpenMore(ReadAhead shared) => shared.Traffic.Downloads < _options.ReadAhead.EnoughDownloads;

    // Before anything is concluded from it.
    private async ValueTask<int> CountedAsync(ValueTask<int> reading)
    {
        var read = await reading;
        _readAhead?.Traffic.Count(read);
        return read;
    }

    // (2) It is too slow: it goes on for the length of a range, while what lies behind that is asked for already.
    private void Split(long position, ReadAhead shared)
    {
        if (!MayOpenMore(shared)) return;
        var start = position + _options.ReadAhead.RangeSize;
        if (_options.ReadAhead.RangesPerBlob == 0 || Blob.Size - start < _options.ReadAhead.RangeSize) return;
        var ranges = new RangeReadAhead(_source, Blob, start, _options, shared.Memory, _time, _logger);
        if (!ranges.TryBegin()) return;
        _ranges = ranges;
        RegistryLog.ReadInRanges(_logger, Blob.Digest.ToString(), _source.Host, position, Blob.Size, Math.Round(_pace.BytesPerSecond / (1 << 20), 1));
    }

    // (3) Where the ranges begin the connection is given up, and not before a range has really come: a source that sends the whole instead is read on.
    private async Task<bool> EntersAsync(RangeReadAhead ranges, CancellationToken cancellationToken)
    {
        if (Position < ranges.Start) return false;
        if (await ranges.IsServedAsync(cancellationToken))
        {
            await _download.CloseAsync();
            return true;
        }

        await GiveUpRangesAsync();
        return false;
    }

    private async Task GiveUpRangesAsync()
    {
        _onlyWhole = true;
        RegistryLog.RangesNotServed(_logger, _source.Host, Blob.Digest.ToString());
        await GoToAsync(Position);
    }

    private async Task GoToAsync(long offset)
    {
        if (_ranges is not null) await _ranges.DisposeAsync();
        _ranges = null;
        _pace.Reset();
        await _download.SeekAsync(offset);
        Position = offset;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        // After going back to an earlier byte only what has not been hashed yet counts; the target checks the digest of what it stored.
        var alreadyHashed = (int)Math.Min(bytes.Length, Math.Max(0, _digest.Length - Position));
        _digest.Append(bytes[alreadyHashed..]);
        Position += bytes.Length;
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
}
