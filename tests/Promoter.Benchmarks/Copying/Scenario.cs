using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>What is copied: how it comes into the source, and what every contender is asked to bring to the target.</summary>
internal sealed record Scenario(string Name, IReadOnlyList<BenchmarkImage> Images, Func<string, Task> PushAsync)
{
    private const long MiB = 1L << 20;

    public static IReadOnlyList<Scenario> All { get; } = [SixLargeLayers(), TwoPlatforms(), TwentySmallImages()];

    private static Scenario SixLargeLayers()
    {
        var image = new BenchmarkImage("bench/large", "1");
        return new Scenario("six 64 MiB layers", [image], host =>
            SyntheticImage.PushAsync(host, image.Repository, image.Tag, [.. Enumerable.Repeat(64 * MiB, 6)], seed: 1));
    }

    private static Scenario TwoPlatforms()
    {
        var image = new BenchmarkImage("bench/index", "1");
        return new Scenario("two platforms, 8 layers of 8 MiB each", [image], host =>
            SyntheticImage.PushIndexAsync(host, image.Repository, image.Tag, ["amd64", "arm64"], [.. Enumerable.Repeat(8 * MiB, 8)], seed: 100));
    }

    private static Scenario TwentySmallImages()
    {
        var images = Enumerable.Range(1, 20).Select(number => new BenchmarkImage($"bench/small-{number}", "1")).ToList();
        return new Scenario("20 images, 3 layers of 64 KiB each", images, async host =>
        {
            foreach (var (position, image) in images.Index())
            {
                await SyntheticImage.PushAsync(host, image.Repository, image.Tag, [.. Enumerable.Repeat(MiB / 16, 3)], seed: 10_000 + (10 * position));
            }
        });
    }
}
