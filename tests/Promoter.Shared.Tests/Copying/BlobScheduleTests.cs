using System.Text;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Copying;

/// <summary>Every sharing pattern of a few images and blobs: each blob arrives everywhere, crosses once where mounting works, and nothing waits in a circle.</summary>
public sealed class BlobScheduleTests
{
    private static readonly Descriptor[] Blobs = [.. Enumerable.Range(0, 3).Select(i => Blob($"blob {i}", 100 + i))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_pattern_of_four_images_and_three_blobs_in_one_registry_is_served(bool mounts)
    {
        // Each image needs any subset of the blobs; two of the images may live in one repository.
        for (var pattern = 0; pattern < 1 << 12; pattern++)
        {
            foreach (var repositories in new[] { "abcd", "aabb" })
            {
                var images = repositories.Select((name, i) => Image("target", $"{name}", Subset(pattern >> (3 * i)))).ToList();
                var received = Run(BlobSchedule.Of(images, _ => mounts), images, out var crossings);
                foreach (var image in images)
                {
                    foreach (var blob in image.MissingBlobs) Assert.Contains((image.Target.Name, blob.Digest), received);
                }

                var repositoriesThatNeed = images.SelectMany(i => i.MissingBlobs.Select(b => (i.Target.Name, b.Digest))).Distinct().ToList();
                Assert.Equal(mounts ? repositoriesThatNeed.Select(x => x.Digest).Distinct().Count() : repositoriesThatNeed.Count, crossings);
            }
        }
    }

    [Fact]
    public void Registries_do_not_share_what_they_have()
    {
        var images = new[] { Image("one", "a", [Blobs[0]]), Image("two", "a", [Blobs[0]]) };

        var schedule = BlobSchedule.Of(images, _ => true);

        Assert.Equal(2, schedule.Transfers.Count);
    }

    [Fact]
    public void The_largest_blob_goes_first()
    {
        var images = new[] { Image("one", "a", [Blobs[1], Blobs[0]]), Image("one", "b", [Blobs[2]]) };

        var schedule = BlobSchedule.Of(images, _ => true);

        Assert.Equal([102, 101, 100], schedule.Transfers.Select(t => t.Blob.Size));
    }

    // Plays the schedule: transfers in any order first, then each image's mounts once its donors are complete.
    private static HashSet<(string Repository, Digest Digest)> Run(BlobSchedule schedule, IReadOnlyList<ImageCopy> images, out int crossings)
    {
        var received = new HashSet<(string, Digest)>();
        foreach (var transfer in schedule.Transfers) Assert.True(received.Add((transfer.Image.Target.Name, transfer.Blob.Digest)), "sent twice to one repository");
        crossings = schedule.Transfers.Count;
        var waiting = images.ToList();
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(i => schedule.Mounts[i].All(m => !waiting.Contains(m.Donor))).ToList();
            Assert.NotEmpty(ready);
            foreach (var mount in ready.SelectMany(i => schedule.Mounts[i]))
            {
                Assert.Contains((mount.Donor.Target.Name, mount.Blob.Digest), received);
                Assert.True(received.Add((mount.Image.Target.Name, mount.Blob.Digest)), "mounted twice into one repository");
            }

            waiting.RemoveAll(ready.Contains);
        }

        return received;
    }

    private static Descriptor[] Subset(int bits) => [.. Blobs.Where((_, i) => (bits & (1 << i)) != 0)];

    private static Descriptor Blob(string text, long size) => new("application/octet-stream", Digest.Of(Encoding.UTF8.GetBytes(text)), size);

    private static ImageCopy Image(string host, string repository, IReadOnlyList<Descriptor> missing)
    {
        var root = ManifestReader.Read("""{"schemaVersion":2,"layers":[]}"""u8.ToArray());
        return new ImageCopy
        {
            Source = new FakeRepository("source", repository, Side.Source),
            Target = new FakeRepository(host, repository, Side.Target),
            Closure = new ImageClosure { Root = root, Manifests = [root], Blobs = missing },
            MissingBlobs = missing,
            MissingManifests = [root],
            Tags = [],
        };
    }
}
