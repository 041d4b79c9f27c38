using Promoter.Emulator.Images;
using Promoter.Emulator.Registry;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion;

/// <summary>A layer of any size passes through without being held, in the test's own process (the emulator's share included).</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    private const long Size = 1L << 30;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gibibyte_passes_through_in_bounded_memory(bool chunked)
    {
        await using var scene = await Scene.StartAsync();
        scene.Target.Behaviour.KeepBlobsUpTo = 1024 * 1024;
        scene.Options = Scene.FastRetries with { ChunkedUploadThreshold = chunked ? Size / 4 : Size * 2 };
        scene.Given(SampleImages.Single("warm-up"), "0.1", "shop/warm-up");
        scene.Given(new ImageBuilder().WithLayer(new SyntheticBlob(Size)).Build());
        await scene.PromoteAsync("shop/warm-up:0.1");
        GC.Collect();
        var live = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var most = 0L;
        scene.Observer = new SceneObserver((_, _) => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - live));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.True(report.BytesCopied > Size);
        Assert.InRange(most, 0, 96L * 1024 * 1024);

        // Buffers are pooled: what a gibibyte costs is the bookkeeping of its pieces, on both sides of two connections.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, Size / 4);
    }
}
