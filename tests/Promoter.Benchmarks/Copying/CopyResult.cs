namespace Promoter.Benchmarks.Copying;

/// <summary>All runs of one contender in one scenario.</summary>
/// <param name="Scenario">The name of the scenario.</param>
/// <param name="Unchanged">Whether everything was at the target already.</param>
/// <param name="Contender">The name of the tool.</param>
/// <param name="Runs">At least one.</param>
internal sealed record CopyResult(string Scenario, bool Unchanged, string Contender, IReadOnlyList<Measurement> Runs)
{
    public TimeSpan Wall => Median(run => run.Wall);

    public TimeSpan Cpu => Median(run => run.Cpu);

    public long PeakMemoryBytes => Runs.Max(run => run.PeakMemoryBytes);

    public int SourceRequests => Median(run => run.SourceRequests);

    public int TargetRequests => Median(run => run.TargetRequests);

    private T Median<T>(Func<Measurement, T> select) => Runs.Select(select).Order().ElementAt(Runs.Count / 2);
}
