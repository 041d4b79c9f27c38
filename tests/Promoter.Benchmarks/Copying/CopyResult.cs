namespace Promoter.Benchmarks.Copying;

/// <summary>All runs of one contender in one case of a scenario.</summary>
/// <param name="Images">How many images were asked for.</param>
/// <param name="Runs">At least one.</param>
/// <param name="Source">What the counting pass saw at the source.</param>
/// <param name="Target">What it saw at the target.</param>
internal sealed record CopyResult(Scenario Scenario, CopyCase Case, string Contender, int Images, IReadOnlyList<Measurement> Runs, Traffic Source, Traffic Target)
{
    public TimeSpan Wall => Median(run => run.Wall);

    public TimeSpan Cpu => Median(run => run.Cpu);

    public long PeakMemoryBytes => Runs.Max(run => run.PeakMemoryBytes);

    public int Requests => Source.Requests + Target.Requests;

    public long Bytes => Source.Bytes + Target.Bytes;

    private T Median<T>(Func<Measurement, T> select) => Runs.Select(select).Order().ElementAt(Runs.Count / 2);
}
