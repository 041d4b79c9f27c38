namespace Promoter.Benchmarks.Copying;

/// <summary>One run of one contender, measured by the kernel. CPU time is the sum of its processes, peak memory the highest of them.</summary>
internal sealed record Measurement(TimeSpan Wall, TimeSpan Cpu, long PeakMemoryBytes);
