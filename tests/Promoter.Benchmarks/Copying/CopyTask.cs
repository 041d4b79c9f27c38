namespace Promoter.Benchmarks.Copying;

/// <summary>What a contender is asked to do: copy these images from one host to another.</summary>
/// <param name="ByDigest">Whether the images are named by their digests.</param>
internal sealed record CopyTask(IReadOnlyList<BenchmarkImage> Images, string Source, string Target, bool ByDigest)
{
    public string SourceOf(BenchmarkImage image) => ByDigest ? image.ByDigest(Source) : image.ByTag(Source);
}
