using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>What is copied: how it comes into the source, and in which states of the target.</summary>
/// <param name="Name">As it stands in the report.</param>
/// <param name="PushAsync">Puts the images into a registry.</param>
/// <param name="Cases">What is measured, in this order; what is unchanged follows what is cold on the same target, or finds everything there from the start.</param>
internal sealed record Scenario(string Name, Func<string, Task<IReadOnlyList<BenchmarkImage>>> PushAsync, params IReadOnlyList<CopyCase> Cases)
{
    private const long MiB = 1L << 20;

    /// <summary>What nginx lets through on one connection to the source, as its <c>limit_rate</c>; null: the source is reached directly.</summary>
    public string? ConnectionLimit { get; init; }

    /// <summary>Whether the budgets for throughput are meant.</summary>
    public bool IsThroughput { get; init; }

    public int Repetitions { get; init; } = 3;

    /// <summary>The scenarios of which the budgets speak come first.</summary>
    public static IReadOnlyList<Scenario> All { get; } = [SixLargeLayers, OneSlowLayer, SharedLayers, ManySmallImages, TwoPlatforms, TwentySmallImages];

    private static Scenario SixLargeLayers => new("six 64 MiB layers", Single("bench/large", [.. Enumerable.Repeat(64 * MiB, 6)], seed: 1), CopyCase.Cold, CopyCase.Unchanged)
    {
        IsThroughput = true,
        Repetitions = 5,
    };

    private static Scenario OneSlowLayer => new("one 512 MiB layer, 40 MiB/s per connection", Single("bench/slow", [512 * MiB], seed: 50), CopyCase.Cold)
    {
        ConnectionLimit = "40m",
        Repetitions = 2,
    };

    private static Scenario SharedLayers => new(
        "100 two-platform images that share 70 % of their layers",
        host => ForEachAsync(100, async number =>
        {
            var repository = $"bench/shared-{number}";
            return new BenchmarkImage(repository, "1", await SyntheticImage.PushIndexAsync(host, repository, "1", [("amd64", Layers(number, 0)), ("arm64", Layers(number, 1))]));
        }),
        CopyCase.Cold,
        CopyCase.Unchanged,
        CopyCase.UnchangedByDigest)
    {
        Repetitions = 2,
    };

    private static Scenario ManySmallImages => new("200 small images", host => SmallImagesAsync(host, "bench/many", 200, layers: 2, seed: 500_000), CopyCase.Unchanged, CopyCase.UnchangedByDigest);

    private static Scenario TwoPlatforms => new(
        "two platforms, 8 layers of 8 MiB each",
        async host =>
        {
            static IReadOnlyList<SyntheticLayer> Layers(int seed) => [.. Enumerable.Range(seed, 8).Select(layer => new SyntheticLayer(8 * MiB, layer))];
            return [new BenchmarkImage("bench/index", "1", await SyntheticImage.PushIndexAsync(host, "bench/index", "1", [("amd64", Layers(100)), ("arm64", Layers(1100))]))];
        },
        CopyCase.Cold);

    private static Scenario TwentySmallImages => new("20 images, 3 layers of 64 KiB each", host => SmallImagesAsync(host, "bench/small", 20, layers: 3, seed: 10_000), CopyCase.Cold);

    // Ten for each platform: seven that all images have, three of its own.
    private static IReadOnlyList<SyntheticLayer> Layers(int image, int platform) =>
        [.. Enumerable.Range(0, 10).Select(layer => new SyntheticLayer(MiB / 8, (layer < 7 ? 1_000_000 : 2_000_000 + (100 * image)) + (10 * platform) + layer))];

    private static Func<string, Task<IReadOnlyList<BenchmarkImage>>> Single(string repository, IReadOnlyList<long> layers, int seed) =>
        async host => [new BenchmarkImage(repository, "1", await SyntheticImage.PushAsync(host, repository, "1", layers, seed))];

    private static Task<IReadOnlyList<BenchmarkImage>> SmallImagesAsync(string host, string prefix, int count, int layers, int seed) => ForEachAsync(count, async number =>
    {
        var repository = $"{prefix}-{number}";
        return new BenchmarkImage(repository, "1", await SyntheticImage.PushAsync(host, repository, "1", [.. Enumerable.Repeat(MiB / 16, layers)], seed + (10 * number)));
    });

    private static async Task<IReadOnlyList<BenchmarkImage>> ForEachAsync(int count, Func<int, Task<BenchmarkImage>> push)
    {
        var images = new BenchmarkImage[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) => images[number] = await push(number));
        return images;
    }
}
