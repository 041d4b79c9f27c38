using Microsoft.Extensions.Logging;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// The watchdog of one transfer: says which blob, between which repositories, has moved no byte for how long, and says it again as long as that lasts. It
/// only speaks; what ends the transfer is the idle time-out of whichever side is silent.
/// </summary>
internal sealed partial class TransferWatch : IDisposable
{
    private readonly ImageCopy _image;
    private readonly Descriptor _blob;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _moved;
    private long _movedAt;
    private long? _saidAt;

    public TransferWatch(ImageCopy image, Descriptor blob, RegistryClientOptions options, TimeProvider time, ILogger logger)
    {
        _image = image;
        _blob = blob;
        _patience = options.StallWarning;
        _time = time;
        _logger = logger;
        _movedAt = time.GetTimestamp();
        var period = options.StallWarning / 4;
        _timer = time.CreateTimer(static watch => ((TransferWatch)watch!).Look(), this, period, period);
    }

    /// <summary>Takes in that bytes have been read from the source, which the target takes before the next are read.</summary>
    public void Moved(int bytes)
    {
        TimeSpan silence;
        lock (_lock)
        {
            silence = _saidAt is null ? TimeSpan.Zero : _time.GetElapsedTime(_movedAt);
            _moved += bytes;
            _movedAt = _time.GetTimestamp();
            _saidAt = null;
        }

        if (silence > TimeSpan.Zero) Log.WentOn(_logger, _blob.Digest.ToString(), Math.Round(silence.TotalSeconds, 1));
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long moved;
        TimeSpan silence;
        lock (_lock)
        {
            silence = _time.GetElapsedTime(_movedAt);
            if (silence < _patience || (_saidAt is { } said && _time.GetElapsedTime(said) < _patience)) return;
            _saidAt = _time.GetTimestamp();
            moved = _moved;
        }

        var seconds = Math.Round(silence.TotalSeconds, 1);
        var (source, target) = ($"{_image.Source.Host}/{_image.Source.Name}", $"{_image.Target.Host}/{_image.Target.Name}");

        // A blob that was sent again has been read more than once.
        if (moved >= _blob.Size) Log.Unconfirmed(_logger, _blob.Digest.ToString(), source, target, seconds, _blob.Size);
        else Log.Stalled(_logger, _blob.Digest.ToString(), source, target, seconds, moved, _blob.Size);
    }

    private static partial class Log
    {
        [LoggerMessage(1100, LogLevel.Warning, "Blob {Digest} from {Source} to {Target} has moved no byte for {Seconds} s: {Moved} of {Size} bytes are across")]
        public static partial void Stalled(ILogger logger, string digest, string source, string target, double seconds, long moved, long size);

        [LoggerMessage(1101, LogLevel.Warning, "Blob {Digest} from {Source} to {Target} was not confirmed for {Seconds} s: all {Size} bytes are sent")]
        public static partial void Unconfirmed(ILogger logger, string digest, string source, string target, double seconds, long size);

        [LoggerMessage(1102, LogLevel.Information, "Blob {Digest} moves again after {Seconds} s")]
        public static partial void WentOn(ILogger logger, string digest, double seconds);
    }
}
