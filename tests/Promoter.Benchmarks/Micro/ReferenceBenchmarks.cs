using BenchmarkDotNet.Attributes;
using Promoter.Oci;

namespace Promoter.Benchmarks.Micro;

/// <summary>Image references, as manifests name them.</summary>
[Config(typeof(MicroConfig))]
public class ReferenceBenchmarks
{
    private const string Pinned = "222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Benchmark]
    public ImageReference Tagged() => ImageReference.Parse("222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2");

    [Benchmark]
    public ImageReference TaggedAndPinned() => ImageReference.Parse(Pinned);

    [Benchmark]
    public ImageReference ShortName() => ImageReference.Parse("nginx");

    [Benchmark]
    public bool NoReference() => ImageReference.TryParse("Not A Reference", out _);
}
