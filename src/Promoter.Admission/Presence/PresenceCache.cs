using System.Collections.Concurrent;
using Promoter.Admission.Telemetry;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Admission.Presence;

/// <summary>
/// Remembers what the target registry has: positive answers for minutes, negative ones for seconds, errors never. One look-up per reference at a time, whoever
/// asks; a look-up outlives the request that started it, so that the next one finds its answer.
/// </summary>
internal sealed class PresenceCache(Func<ImageReference, CancellationToken, Task<PresenceAnswer>> lookUp, Func<CacheTimes> times, AdmissionMeters meters, TimeProvider time)
{
    /// <summary>At most 800 bytes each, 40 MB in all (measured); a cluster names a few thousand images.</summary>
    private const int Capacity = 50_000;

    /// <summary>A look-up that nobody waits for any more ends here.</summary>
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<ImageReference, Entry> _entries = new();
    private readonly ConcurrentDictionary<ImageReference, Lazy<Task<PresenceAnswer>>> _pending = new();

    /// <summary>How many entries there may be before expired ones are looked for: twice those that had not expired the last time.</summary>
    private int _sweepAt = 1024;

    public int Count => _entries.Count;

    /// <summary>The answer, from memory or from the registry.</summary>
    /// <param name="patience">How long to wait; after it the answer is that the registry timed out.</param>
    public ValueTask<PresenceAnswer> GetAsync(ImageReference image, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(image, out var entry) && time.GetUtcNow() < entry.Until)
        {
            meters.CacheHit(entry.Answer is PresenceAnswer.Present);
            return new ValueTask<PresenceAnswer>(entry.Answer);
        }

        meters.CacheMiss();
        return new ValueTask<PresenceAnswer>(WaitAsync(image, patience, cancellationToken));
    }

    /// <summary>Asks the registry whatever is remembered.</summary>
    public Task<PresenceAnswer> RefreshAsync(ImageReference image, TimeSpan patience, CancellationToken cancellationToken)
    {
        Drop(image);
        return WaitAsync(image, patience, cancellationToken);
    }

    /// <summary>Remembers an image that we have just brought.</summary>
    public void SetPresent(ImageReference image, Digest digest) => Remember(image, new PresenceAnswer.Present(digest));

    /// <summary>Forgets an image: somebody saw that what we remember is wrong.</summary>
    public void Drop(ImageReference image) => _entries.TryRemove(image, out _);

    private async Task<PresenceAnswer> WaitAsync(ImageReference image, TimeSpan patience, CancellationToken cancellationToken)
    {
        var pending = _pending.GetOrAdd(image, key => new Lazy<Task<PresenceAnswer>>(() => LookUpAsync(key)));
        try
        {
            return await pending.Value.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Late(image, patience);
        }
    }

    private async Task<PresenceAnswer> LookUpAsync(ImageReference image)
    {
        await Task.Yield(); // The pending entry must be in place before the look-up can end.
        using var limit = new CancellationTokenSource(LookUpLimit, time);
        try
        {
            var answer = await lookUp(image, limit.Token);
            if (answer is PresenceAnswer.Unknown { Fault: var fault }) meters.RegistryFault(fault);
            else Remember(image, answer);
            return answer;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Late(image, LookUpLimit);
        }
        finally
        {
            _pending.TryRemove(image, out _);
        }
    }

    private void Remember(ImageReference image, PresenceAnswer answer)
    {
        var now = time.GetUtcNow();
        if (_entries.Count >= _sweepAt) Evict(now);
        _entries[image] = new Entry(answer, now + (answer is PresenceAnswer.Present ? times().Present : times().Missing));
    }

    private void Evict(DateTimeOffset now)
    {
        foreach (var (image, entry) in _entries)
        {
            if (entry.Until <= now) _entries.TryRemove(image, out _);
        }

        // Nothing has expired: any tenth will do, and is looked up again when it is needed.
        foreach (var image in _entries.Keys.Take(_entries.Count >= Capacity ? Capacity / 10 : 0)) _entries.TryRemove(image, out _);
        _sweepAt = Math.Clamp(_entries.Count * 2, 1024, Capacity);
    }

    private static PresenceAnswer.Unknown Late(ImageReference image, TimeSpan patience) =>
        new(new ImageFault(ImageFaultKind.TimedOut, Side.Target, $"{image.Registry} did not say within {patience.TotalSeconds:0.#} s whether it has {image.Repository}"));

    private sealed record Entry(PresenceAnswer Answer, DateTimeOffset Until);
}

/// <summary>How long answers are remembered.</summary>
internal sealed record CacheTimes(TimeSpan Present, TimeSpan Missing);
