namespace Promoter.Emulator.Iam;

/// <summary>Rate quotas per account and operation, shared by the registry endpoint and the JSON API. None is in force until it is set.</summary>
public sealed class EcrQuotas
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double PerSecond, double Burst)> _limits = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Account, string Operation), (double Tokens, DateTimeOffset At)> _buckets = [];
    private readonly TimeProvider _clock;

    internal EcrQuotas(TimeProvider clock) => _clock = clock;

    /// <summary>AWS's defaults (ECR user guide, "Service quotas").</summary>
    public void UseDefaults()
    {
        Set("PutImage", 10);
        Set("InitiateLayerUpload", 100);
        Set("CompleteLayerUpload", 100);
        Set("UploadLayerPart", 500);
        Set("BatchCheckLayerAvailability", 1000);
        Set("BatchGetImage", 2000);
        Set("GetDownloadUrlForLayer", 3000);
        Set("GetAuthorizationToken", 500);
    }

    /// <param name="perSecond">0: nothing comes back, so that exactly <paramref name="burst"/> requests pass.</param>
    /// <param name="burst">How many may come at once; null: one second's worth.</param>
    public void Set(string operation, double perSecond, double? burst = null)
    {
        lock (_lock)
        {
            _limits[operation] = (perSecond, burst ?? perSecond);
            foreach (var key in _buckets.Keys.Where(k => k.Operation == operation).ToList()) _buckets.Remove(key);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _limits.Clear();
            _buckets.Clear();
        }
    }

    internal bool TryTake(string account, string operation)
    {
        lock (_lock)
        {
            if (!_limits.TryGetValue(operation, out var limit)) return true;
            var now = _clock.GetUtcNow();
            var (tokens, at) = _buckets.GetValueOrDefault((account, operation), (limit.Burst, now));
            tokens = Math.Min(limit.Burst, tokens + ((now - at).TotalSeconds * limit.PerSecond));
            var taken = tokens >= 1;
            _buckets[(account, operation)] = (taken ? tokens - 1 : tokens, now);
            return taken;
        }
    }
}
