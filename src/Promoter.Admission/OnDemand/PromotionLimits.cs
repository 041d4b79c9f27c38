using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Registries;

namespace Promoter.Admission.OnDemand;

/// <summary>Keeps one namespace from filling the target: bytes and images per hour, copies at once, the size of an image.</summary>
internal sealed class PromotionLimits(Func<AccessConfig> config, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Booking>> _bookings = new(StringComparer.Ordinal);

    /// <summary>Why this source must not even be asked; null where it may be.</summary>
    public ImageFault? RefuseSource(PairedImage image) => config().Allows(image.Source)
        ? null
        : Refused($"{image.Source.Registry}/{image.Source.Repository} is no source that images may be brought from on demand (admission.access.sources)");

    /// <summary>Why a copy would not be made now; null where it would be. Books nothing.</summary>
    public ImageFault? Foresee(string ns, PairedImage image, long bytes)
    {
        lock (_lock) return Check(ns, image, bytes);
    }

    /// <summary>Books a copy for a namespace; disposing the booking ends its place among the concurrent ones.</summary>
    /// <param name="fault">Why the copy may not be; null where it may.</param>
    public IDisposable? TryBook(string ns, PairedImage image, long bytes, out ImageFault? fault)
    {
        lock (_lock)
        {
            fault = Check(ns, image, bytes);
            if (fault is not null) return null;
            var booking = new Booking(this, time.GetUtcNow(), bytes);
            Recent(ns).Add(booking);
            return booking;
        }
    }

    private ImageFault? Check(string ns, PairedImage image, long bytes)
    {
        var access = config();
        if (access.MaxImageBytes is { } largest && bytes > largest)
        {
            return Refused($"{image.Short} would bring {Size(bytes)}, and at most {Size(largest)} are allowed (admission.access.maxImageSize)");
        }

        return access.Quota is { } quota ? Check(ns, Recent(ns), quota, bytes) : null;
    }

    private static ImageFault? Check(string ns, List<Booking> booked, QuotaConfig quota, long bytes)
    {
        if (quota.Concurrent is { } most && booked.Count(b => b.IsRunning) >= most) return Refused($"namespace {ns} has {most} copies under way, its quota");
        if (quota.ImagesPerHour is { } images && booked.Count >= images) return Refused($"namespace {ns} has had {images} images brought within the hour, its quota");
        return quota.BytesPerHour is { } volume && booked.Sum(b => b.Bytes) + bytes > volume
            ? Refused($"namespace {ns} has had {Size(booked.Sum(b => b.Bytes))} brought within the hour, and {Size(bytes)} more would exceed its quota of {Size(volume)}")
            : null;
    }

    private static ImageFault Refused(string message) => new(ImageFaultKind.Refused, Side.Target, message);

    private static string Size(long bytes) => ByteSize.Format(bytes);

    private List<Booking> Recent(string ns)
    {
        if (!_bookings.TryGetValue(ns, out var booked)) _bookings[ns] = booked = [];
        var since = time.GetUtcNow() - Window;
        booked.RemoveAll(booking => !booking.IsRunning && booking.At < since);
        return booked;
    }

    private sealed class Booking(PromotionLimits owner, DateTimeOffset at, long bytes) : IDisposable
    {
        public DateTimeOffset At => at;

        public long Bytes => bytes;

        public bool IsRunning { get; private set; } = true;

        public void Dispose()
        {
            lock (owner._lock) IsRunning = false;
        }
    }
}
