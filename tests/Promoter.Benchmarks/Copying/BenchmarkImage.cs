namespace Promoter.Benchmarks.Copying;

/// <summary>An image of a scenario, in the same repository on both sides.</summary>
internal sealed record BenchmarkImage(string Repository, string Tag, string Digest)
{
    public string ByTag(string host) => $"{host}/{Repository}:{Tag}";

    public string ByDigest(string host) => $"{host}/{Repository}@{Digest}";

    /// <summary>As manifests pin images: both tag and digest.</summary>
    public string Pinned(string host) => $"{host}/{Repository}:{Tag}@{Digest}";
}
