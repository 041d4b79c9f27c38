using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Micro;

/// <summary>In this process: BenchmarkDotNet's own builds know neither the central package versions nor the artifacts folder of this solution.</summary>
internal sealed class MicroConfig : ManualConfig
{
    public MicroConfig()
    {
        ArtifactsPath = Path.Combine(Toolbox.RepositoryRoot, "artifacts", "micro");
        AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumn(new ThroughputColumn());
    }
}
