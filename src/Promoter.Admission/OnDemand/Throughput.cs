namespace Promoter.Admission.OnDemand;

/// <summary>What copies have lately moved per second: the basis of "does it fit into the budget".</summary>
internal sealed class Throughput
{
    /// <summary>Before anything was measured: a cautious guess for registry to registry in one region, in bytes per second.</summary>
    private const double FirstGuess = 30e6;

    /// <summary>What even an empty copy takes: a few requests, the manifest, the tag.</summary>
    private static readonly TimeSpan Overhead = TimeSpan.FromMilliseconds(400);

    private const double Weight = 0.3;
    private double _rate = FirstGuess;

    public TimeSpan Estimate(long bytes) => Overhead + TimeSpan.FromSeconds(bytes / Volatile.Read(ref _rate));

    public void Observe(long bytes, TimeSpan duration)
    {
        // Small copies measure latency, not throughput.
        if (bytes < 1 << 20 || duration <= TimeSpan.Zero) return;
        var measured = bytes / duration.TotalSeconds;
        Volatile.Write(ref _rate, ((1 - Weight) * Volatile.Read(ref _rate)) + (Weight * measured));
    }
}
