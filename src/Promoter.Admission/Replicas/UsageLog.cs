using System.Globalization;

namespace Promoter.Admission.Replicas;

/// <summary>What replicas brought for one namespace: a line per replica and five minutes, so that an hour takes a dozen of each.</summary>
internal sealed record UsageLog(IReadOnlyList<UsageLog.Entry> Entries)
{
    private static readonly TimeSpan Slot = TimeSpan.FromMinutes(5);

    /// <summary>What cannot be read, of a later version perhaps, is left out.</summary>
    public static UsageLog Parse(string? text) => new([.. (text ?? "").Split('\n').Select(Entry.Read).OfType<Entry>()]);

    /// <summary>The same with one copy more, and without what is older than the window.</summary>
    public UsageLog Add(string replica, long bytes, DateTimeOffset now, TimeSpan window)
    {
        var slot = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Slot.Ticks), TimeSpan.Zero);
        var before = Entries.FirstOrDefault(entry => entry.Replica == replica && entry.At == slot) ?? new Entry(slot, replica, 0, 0);
        var grown = before with { Images = before.Images + 1, Bytes = before.Bytes + bytes };
        return new UsageLog([.. Entries.Where(entry => entry != before && entry.At + Slot > now - window), grown]);
    }

    /// <summary>What others than this replica brought within the window.</summary>
    public IEnumerable<Entry> Others(string replica, DateTimeOffset now, TimeSpan window) => Entries.Where(entry => entry.Replica != replica && entry.At + Slot > now - window);

    public override string ToString() => string.Join('\n', Entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.At:yyyy-MM-ddTHH:mm:ssZ} {entry.Replica} {entry.Images} {entry.Bytes}")));

    internal sealed record Entry(DateTimeOffset At, string Replica, int Images, long Bytes)
    {
        public static Entry? Read(string line) =>
            line.Split(' ') is [var at, var replica, var images, var bytes]
            && DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && int.TryParse(images, CultureInfo.InvariantCulture, out var count) && long.TryParse(bytes, CultureInfo.InvariantCulture, out var volume)
                ? new Entry(time, replica, count, volume)
                : null;
    }
}
