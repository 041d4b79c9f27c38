namespace Promoter.Registries;

/// <summary>
/// Keeps requests of one registry under its quotas: one token bucket per action, shared by everything in the run, halved whenever the registry
/// says 429 and slowly restored. Without a quota it only honours the pause that a 429 asks for.
/// </summary>
internal sealed class RequestPacer(Func<RegistryAction, double?> rateLimit, TimeProvider time)
{
    // After a 429 without Retry-After everyone pauses this long: containerd#10447 shows that immediate retries do not help.
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);

    // One halving per epoch: many answers of one burst are one signal, not many.
    private static readonly TimeSpan Epoch = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Dictionary<RegistryAction, Lane> _lanes = [];

    public async ValueTask WaitAsync(RegistryAction action, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock) wait = Of(action).Take(time.GetUtcNow());
            if (wait <= TimeSpan.Zero) return;
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    public void Throttled(RegistryAction action, TimeSpan? retryAfter)
    {
        lock (_lock) Of(action).SlowDown(time.GetUtcNow(), retryAfter ?? DefaultPause);
    }

    private Lane Of(RegistryAction action)
    {
        if (!_lanes.TryGetValue(action, out var lane)) _lanes[action] = lane = new Lane(rateLimit(action), time.GetUtcNow());
        return lane;
    }

    private sealed class Lane(double? limit, DateTimeOffset start)
    {
        private double _rate = limit ?? double.PositiveInfinity;
        private double _tokens = Math.Max(1, limit ?? 1);
        private DateTimeOffset _filledAt = start;
        private DateTimeOffset _pausedUntil = start;
        private DateTimeOffset _slowedAt = DateTimeOffset.MinValue;

        /// <summary>Takes a token and answers zero, or answers how long to wait before asking again.</summary>
        public TimeSpan Take(DateTimeOffset now)
        {
            if (now < _pausedUntil) return _pausedUntil - now;
            if (limit is not { } full) return TimeSpan.Zero;

            var elapsed = (now - _filledAt).TotalSeconds;
            _filledAt = now;
            // A tenth of the full rate comes back per quiet second.
            _rate = Math.Min(full, _rate + (full * 0.1 * elapsed));
            _tokens = Math.Min(Math.Max(1, _rate), _tokens + (_rate * elapsed));
            if (_tokens < 1) return TimeSpan.FromSeconds((1 - _tokens) / _rate);
            _tokens--;
            return TimeSpan.Zero;
        }

        public void SlowDown(DateTimeOffset now, TimeSpan pause)
        {
            if (now + pause > _pausedUntil) _pausedUntil = now + pause;
            if (limit is null || now - _slowedAt < Epoch) return;
            _slowedAt = now;
            _rate = Math.Max(0.5, _rate / 2);
            _tokens = Math.Min(_tokens, 1);
        }
    }
}
