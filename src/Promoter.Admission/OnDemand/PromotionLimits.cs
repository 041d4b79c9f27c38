using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.OnDemand;

/// <summary>Keeps one namespace from filling the target: bytes and images per hour, copies at once, the size of an image.</summary>
internal sealed class PromotionLimits(Func<AccessConfig> config, IUsageLedger ledger, TimeProvider time)
{
    /// <summary>How long a copy counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Booking>> _bookings = new(StringComparer.Ordinal);

    /// <summary>Why this source must not even be asked; null where it may be.</summary>
    public ImageFault? RefuseSource(PairedImage image) => config().Allows(image.Source)
        ? null
        : Refused($"{image.Source.Registry}/{image.Source.Repository} is no source that images may be brought from on demand (admission.access.sources)");

    /// <summary>Why a copy would not be made now; null where it would be. Books nothing.</summary>
    public ImageFault? Foresee(string ns, PairedImage image, IPlannedPromotion planned)
    {
        lock (_lock) return Check(ns, image, planned);
    }

    /// <summary>Books a copy for a namespace. Disposing the booking ends its place among the concurrent ones; one that was not used does not count for the hour.</summary>
    /// <param name="fault">Why the copy may not be; null where it may.</param>
    public Booking? TryBook(string ns, PairedImage image, IPlannedPromotion planned, out ImageFault? fault)
    {
        lock (_lock)
        {
            fault = Check(ns, image, planned);
            if (fault is not null) return null;
            return new Booking(this, ns, image.Target.ToString(), Recent(ns), time.GetUtcNow(), planned.MissingBytes);
        }
    }

    private ImageFault? Check(string ns, PairedImage image, IPlannedPromotion planned)
    {
        var access = config();
        if (access.MaxImageBytes is { } largest && planned.TotalBytes > largest)
        {
            return Refused($"{image.Short} has {Size(planned.TotalBytes)}, and at most {Size(largest)} are allowed (admission.access.maxImageSize)");
        }

        return access.Quota is { } quota ? Check(ns, Used(ns, image.Target.ToString()), quota, planned.MissingBytes) : null;
    }

    private static ImageFault? Check(string ns, Usage used, QuotaConfig quota, long bytes)
    {
        if (quota.Concurrent is { } most && used.Running >= most) return Refused($"namespace {ns} has {most} copies under way, its quota");
        if (quota.ImagesPerHour is { } images && used.Images >= images) return Refused($"namespace {ns} has had {images} images brought within the hour, its quota");
        return quota.BytesPerHour is { } volume && used.Bytes + bytes > volume
            ? Refused($"namespace {ns} has had {Size(used.Bytes)} brought within the hour, and {Size(bytes)} more would exceed its quota of {Size(volume)}")
            : null;
    }

    /// <summary>By this replica, which knows exactly, and by the others, as they have told. An image that two of them are after is brought once.</summary>
    private Usage Used(string ns, string wanted)
    {
        var booked = Recent(ns);
        var others = ledger.UsedByOthers(ns, target => target == wanted || booked.Exists(booking => booking.IsRunning && booking.Target == target));
        return new Usage(booked.Count(booking => booking.IsRunning) + others.Running, booked.Count + others.Images, booked.Sum(booking => booking.Bytes) + others.Bytes);
    }

    private void Tell(string ns, long bytes)
    {
        if (config().Quota is not null) ledger.Record(ns, bytes);
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

    /// <summary>A copy that may be made.</summary>
    internal sealed class Booking : IDisposable
    {
        private readonly PromotionLimits _owner;
        private readonly string _namespace;
        private readonly List<Booking> _booked;
        private bool _used;

        internal Booking(PromotionLimits owner, string ns, string target, List<Booking> booked, DateTimeOffset at, long bytes)
        {
            (_owner, _namespace, Target, _booked, At, Bytes) = (owner, ns, target, booked, at, bytes);
            booked.Add(this);
        }

        public string Target { get; }

        public DateTimeOffset At { get; }

        public long Bytes { get; }

        public bool IsRunning { get; private set; } = true;

        /// <summary>It was made: it counts for the hour, here and at the other replicas.</summary>
        public void Use()
        {
            _used = true;
            _owner.Tell(_namespace, Bytes);
        }

        public void Dispose()
        {
            lock (_owner._lock)
            {
                IsRunning = false;
                if (!_used) _booked.Remove(this);
            }
        }
    }
}
