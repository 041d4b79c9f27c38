using System.Collections.Concurrent;
using Promoter.Admission.Presence;
using Promoter.Oci;

namespace Promoter.Admission.Gates;

/// <summary>When an image that could not be brought is tried again: after 5 seconds, doubled up to a minute.</summary>
internal sealed class RetrySchedule(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ImageReference, Attempt> _attempts = new();

    public bool IsDue(ImageReference image) => !_attempts.TryGetValue(image, out var attempt) || time.GetUtcNow() >= attempt.Next;

    /// <summary>Why it could not be brought the last time; null where it was never tried, or came.</summary>
    public ImageFault? LastFault(ImageReference image) => _attempts.GetValueOrDefault(image)?.Fault;

    public void Ended(ImageReference image, ImageFault? fault)
    {
        if (fault is null || _attempts.Count >= Capacity) _attempts.TryRemove(image, out _);
        if (fault is null) return;
        _attempts.AddOrUpdate(image, _ => After(First, fault), (_, before) => After(before.Pause * 2 < Longest ? before.Pause * 2 : Longest, fault));
    }

    private Attempt After(TimeSpan pause, ImageFault fault) => new(pause, time.GetUtcNow() + pause, fault);

    private sealed record Attempt(TimeSpan Pause, DateTimeOffset Next, ImageFault Fault);
}
