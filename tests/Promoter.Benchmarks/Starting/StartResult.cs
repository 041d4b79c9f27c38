namespace Promoter.Benchmarks.Starting;

/// <summary>From the start of the process to the first byte of its first request; medians.</summary>
internal sealed record StartResult(TimeSpan Promoter, TimeSpan Empty, int Runs);
