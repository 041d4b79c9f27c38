namespace Promoter.Benchmarks.Copying;

/// <summary>An image of a scenario, in the same repository on both sides.</summary>
internal sealed record BenchmarkImage(string Repository, string Tag)
{
    public string At(string host) => $"{host}/{Repository}:{Tag}";
}
