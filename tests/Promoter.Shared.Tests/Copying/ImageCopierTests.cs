using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Copying;

/// <summary>The real copier, run through every sharing pattern: it ends, everything arrives, and each blob crosses once where mounting works.</summary>
public sealed class ImageCopierTests
{
    private static readonly byte[][] Contents = [.. Enumerable.Range(0, 3).Select(i => Encoding.UTF8.GetBytes($"blob {i}"))];
    private static readonly string[] Repositories = ["a", "b", "c", "a"];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Every_pattern_of_four_images_and_three_blobs_ends_with_everything_there(int parallelism)
    {
        for (var pattern = 0; pattern < 1 << 12; pattern++)
        {
            var registry = new FakeRegistry();
            var images = Images(registry, pattern);

            await CopyAsync(images, parallelism);

            Assert.All(images, i => Assert.Null(i.Failure));
            AssertArrived(registry, images, pattern);
            Assert.Equal(images.SelectMany(i => i.MissingBlobs).Select(b => b.Digest).Distinct().Count(), registry.Crossings);
        }
    }

    [Fact]
    public async Task Whatever_fails_the_run_ends_and_only_the_images_that_need_it_fail()
    {
        for (var pattern = 0; pattern < 1 << 12; pattern += 3)
        {
            var broken = Repositories[pattern % 3];
            var digest = Digest.Of(Contents[pattern / 3 % 3]);
            var registry = new FakeRegistry { Fails = (repository, blob) => repository == broken && blob == digest };
            var images = Images(registry, pattern);

            await CopyAsync(images, parallelism: 2);

            foreach (var image in images)
            {
                var needs = image.Target.Name == broken && image.MissingBlobs.Any(b => b.Digest == digest);
                Assert.True(needs == image.Failure is not null, $"pattern {pattern}: image in {image.Target.Name} {(needs ? "needs" : "does not need")} what failed, failure: {image.Failure?.Message ?? "none"}");
            }

            AssertArrived(registry, [.. images.Where(i => i.Failure is null)], pattern);
        }
    }

    [Fact]
    public async Task A_fault_that_nobody_expects_ends_the_run_and_is_not_swallowed()
    {
        var registry = new FakeRegistry { Fails = (_, _) => throw new InvalidOperationException("unexpected") };
        var images = Images(registry, (1 << 12) - 1);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => CopyAsync(images, parallelism: 2));

        Assert.Equal("unexpected", error.Message);
    }

    [Fact]
    public async Task A_cancelled_run_ends_as_cancelled()
    {
        using var caller = new CancellationTokenSource();
        var registry = new FakeRegistry
        {
            Fails = (_, _) =>
            {
                caller.Cancel();
                return false;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CopyAsync(Images(registry, (1 << 12) - 1), parallelism: 1, caller.Token));
    }

    private static Task CopyAsync(IReadOnlyList<ImageCopy> images, int parallelism, CancellationToken? cancellationToken = null) =>
        new ImageCopier(Scene.FastRetries, parallelism, TimeProvider.System, NullLoggerFactory.Instance, new SceneObserver(), _ => { })
            .CopyAsync(images, _ => true, isWholeRun: true, cancellationToken ?? TestContext.Current.CancellationToken);

    private static void AssertArrived(FakeRegistry registry, IReadOnlyList<ImageCopy> images, int pattern)
    {
        foreach (var image in images) Assert.All(image.MissingBlobs, b => Assert.True(registry.Has(image.Target.Name, b.Digest), $"pattern {pattern}: a blob of {image.Target.Name} is missing"));
    }

    // Three bits per image: the blobs that it needs.
    private static List<ImageCopy> Images(FakeRegistry registry, int pattern) => [.. Repositories.Select((name, i) => Image(registry, name, (pattern >> (3 * i)) & 7))];

    private static ImageCopy Image(FakeRegistry registry, string repository, int needed)
    {
        var blobs = Contents.Where((_, i) => (needed & (1 << i)) != 0).Select(c => new Descriptor("application/octet-stream", Digest.Of(c), c.Length)).ToList();
        var layers = string.Join(',', blobs.Select(b => $$"""{"mediaType":"{{b.MediaType}}","digest":"{{b.Digest}}","size":{{b.Size}}}"""));
        var root = ManifestReader.Read(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"layers":[{{layers}}]}"""));
        return new ImageCopy
        {
            Source = new FakeRepository("source", repository, Side.Source),
            Target = registry.Repository(repository),
            Closure = new ImageClosure { Root = root, Manifests = [root], Blobs = blobs },
            MissingBlobs = blobs,
            MissingManifests = [root],
            Tags = [],
        };
    }
}
