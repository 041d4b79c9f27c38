using System.Net;

namespace Promoter.Registries;

/// <summary>
/// Keeps requests of one registry under its quotas: one token bucket per action, shared by everything in the run, halved whenever the registry says 429 or
/// 503 and slowly restored. Where no quota is known, the rate at which the registry began to refuse becomes one for a while.
/// </summary>
internal sealed class RequestPacer(Func<RegistryAction, double?> rateLimit, RegistryClientOptions options, TimeProvider time)
{
    private static readonly TimeSpan OneTick = TimeSpan.FromMilliseconds(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<RegistryAction, Lane> _lanes = [];

    public async ValueTask WaitAsync(RegistryAction action, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock) wait = Of(action).Take();
            if (wait <= TimeSpan.Zero) return;
            // Timers know whole milliseconds: less would be no wait at all, and this loop would spin.
            await Task.Delay(wait < OneTick ? OneTick : wait, time, cancellationToken);
        }
    }

    /// <summary>Takes in that the registry refused a request for now.</summary>
    public void Throttled(RegistryAction action, HttpStatusCode status, TimeSpan? retryAfter)
    {
        // Immediate retries do not help against a 429 (containerd#10447); a 503 may be one bad server of many. A pause that nobody would wait for is not
        // imposed on those who come after: they get their own answer.
        var pause = retryAfter ?? (status == HttpStatusCode.TooManyRequests ? options.RetryDelay * 2 : TimeSpan.Zero);
        lock (_lock) Of(action).SlowDown(pause < options.RetryLimit ? pause : TimeSpan.Zero);
    }

    private Lane Of(RegistryAction action)
    {
        if (!_lanes.TryGetValue(action, out var lane)) _lanes[action] = lane = new Lane(rateLimit(action), time);
        return lane;
    }

    private sealed class Lane
    {
        // One halving per epoch: many answers of one burst are one signal, not many.
        private static readonly TimeSpan Epoch = TimeSpan.FromMilliseconds(500);

        // Requests per second that even the most annoyed registry gets.
        private const double LowestRate = 0.5;

        // A handful of requests is no evidence of a limit.
        private const double LowestGuess = 20;

        private readonly TimeProvider _time;
        private readonly long _start;
        private readonly bool _isQuota;
        private double? _limit;
        private double _rate;
        private double _tokens;
        private TimeSpan _filledAt;
        private TimeSpan _pausedUntil;
        private TimeSpan? _slowedAt;

        // Requests of the running second and of the one before it: what the registry was getting when it refused.
        private long _second;
        private int _taken;
        private int _takenBefore;

        public Lane(double? quota, TimeProvider time)
        {
            _time = time;
            _start = time.GetTimestamp();
            _isQuota = quota is not null;
            _limit = quota;
            _rate = quota ?? 0;
            _tokens = Math.Max(1, _rate);
        }

        private TimeSpan Now => _time.GetElapsedTime(_start);

        /// <summary>Takes a token and answers zero, or answers how long to wait before asking again.</summary>
        public TimeSpan Take()
        {
            var now = Now;
            if (now < _pausedUntil) return _pausedUntil - now;
            if (_limit is { } limit && !Refill(now, limit)) return TimeSpan.FromSeconds((1 - _tokens) / _rate);
            Count(now);
            return TimeSpan.Zero;
        }

        public void SlowDown(TimeSpan pause)
        {
            var now = Now;
            if (now + pause > _pausedUntil) _pausedUntil = now + pause;
            if (now - _slowedAt < Epoch) return;
            _slowedAt = now;
            if (_limit is null)
            {
                _limit = _rate = Math.Max(LowestGuess, Math.Max(_taken, _takenBefore));
                _filledAt = now;
            }

            _rate = Math.Max(LowestRate, _rate / 2);
            _tokens = Math.Min(_tokens, 1);
        }

        private bool Refill(TimeSpan now, double limit)
        {
            var elapsed = (now - _filledAt).TotalSeconds;
            _filledAt = now;

            // A tenth of the full rate comes back per second. A limit that was only guessed is given up once twice its rate has gone well.
            _rate = Math.Min(_isQuota ? limit : limit * 2, _rate + (limit * 0.1 * elapsed));
            _tokens = Math.Min(Math.Max(1, _rate), _tokens + (_rate * elapsed));
            if (!_isQuota && _rate >= limit * 2)
            {
                _limit = null;
                return true;
            }

            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }

        private void Count(TimeSpan now)
        {
            var second = (long)now.TotalSeconds;
            if (second != _second) (_takenBefore, _taken, _second) = (second == _second + 1 ? _taken : 0, 0, second);
            _taken++;
        }
    }
}
