namespace Promoter.Kubernetes;

/// <summary>
/// Keeps Events from flooding the API server, by client-go's rules and numbers (tools/record/events_cache.go): about one object 25 at once and then one in
/// five minutes, and of more than ten that differ only in their message one that stands for all.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int Burst = 25;
    private const int MostSimilar = 10;
    private const int Capacity = 4096;
    private const string Combined = "(combined from similar events): ";
    private static readonly TimeSpan Refill = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectReference, Bucket> _buckets = [];
    private readonly Dictionary<(ObjectReference About, EventSeverity Severity, string Reason), Similar> _similar = [];

    /// <summary>What to write for an Event.</summary>
    /// <param name="key">Events of one key are one Event that counts up.</param>
    /// <returns>The message; null where the object has had its share.</returns>
    public string? Admit(ObjectReference about, EventSeverity severity, string reason, string message, out string key)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var isCombined = IsOneOfMany((about, severity, reason), message, now);
            key = isCombined ? "" : message;
            return TryTake(about, now) ? isCombined ? Combined + message : message : null;
        }
    }

    private bool IsOneOfMany((ObjectReference About, EventSeverity Severity, string Reason) kind, string message, DateTimeOffset now)
    {
        if (!_similar.TryGetValue(kind, out var similar) || now - similar.At > Memory)
        {
            if (_similar.Count >= Capacity) Forget(_similar, one => now - one.At > Memory);
            _similar[kind] = similar = new Similar();
        }

        similar.At = now;
        if (similar.Messages.Contains(message)) return false;
        if (similar.Messages.Count >= MostSimilar) return true;
        similar.Messages.Add(message);
        return false;
    }

    private bool TryTake(ObjectReference about, DateTimeOffset now)
    {
        if (!_buckets.TryGetValue(about, out var bucket))
        {
            if (_buckets.Count >= Capacity) Forget(_buckets, one => one.TokensAt(now) >= Burst);
            _buckets[about] = bucket = new Bucket { At = now };
        }

        bucket.Tokens = bucket.TokensAt(now);
        bucket.At = now;
        if (bucket.Tokens < 1) return false;
        bucket.Tokens--;
        return true;
    }

    private static void Forget<TKey, TValue>(Dictionary<TKey, TValue> all, Func<TValue, bool> isStale)
        where TKey : notnull
    {
        foreach (var key in all.Where(entry => isStale(entry.Value)).Select(entry => entry.Key).ToList()) all.Remove(key);
        // Nothing is stale: whoever is forgotten may say a little more than its share.
        if (all.Count >= Capacity) all.Clear();
    }

    private sealed class Bucket
    {
        public double Tokens { get; set; } = Burst;

        public DateTimeOffset At { get; set; }

        public double TokensAt(DateTimeOffset now) => Math.Min(Burst, Tokens + ((now - At) / Refill));
    }

    private sealed class Similar
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset At { get; set; }
    }
}
