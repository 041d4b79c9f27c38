using Promoter.Emulator.Images;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>An image in the target's archive tier is there by name only: it is planned like one that has to be pushed, which restores it.</summary>
public sealed class ArchivedTargetTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_archived_image_is_pushed_again_although_its_tag_is_right(bool isPinned)
    {
        await using var scene = await Scene.StartAsync();
        var digest = GivenArchived(scene);
        var reference = isPinned ? $"{Scene.Repository}:1.0@{digest}" : $"{Scene.Repository}:1.0";

        var planned = Assert.Single((await scene.PlanAsync(scene.Request(reference))).Images);

        Assert.Equal(ImageState.ToCopy, planned.State);
        Assert.Equal([digest], planned.Copy!.MissingManifests.Select(m => m.Digest));
        Assert.Equal((digest, digest), (planned.Digest, planned.PreviousDigest));
    }

    [Fact]
    public async Task An_archived_image_without_a_tag_is_not_taken_for_content_that_only_needs_one()
    {
        await using var scene = await Scene.StartAsync();
        var digest = GivenArchived(scene);

        var planned = Assert.Single((await scene.PlanAsync(scene.Request($"{Scene.Repository}@{digest}"))).Images);

        Assert.Equal(ImageState.ToCopy, planned.State);
        Assert.Equal(scene.SourceRepository().Host, planned.Copy!.Source.Host);
    }

    [Fact]
    public async Task An_archived_image_whose_source_is_gone_is_missing_and_not_up_to_date()
    {
        await using var scene = await Scene.StartAsync();
        var image = SampleImages.Single("web");
        scene.Target.Push(Scene.Repository, image, "1.0");
        scene.Platforms = [new ArchivingPlatform(scene.Target.ReferenceHost, Digest.Parse(image.Digest))];

        var report = await scene.PromoteAsync($"{Scene.Repository}:1.0@{image.Digest}");

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
    }

    private static Digest GivenArchived(Scene scene)
    {
        var image = scene.Given(SampleImages.Single("web"));
        scene.Target.Push(Scene.Repository, image, "1.0");
        var digest = Digest.Parse(image.Digest);
        scene.Platforms = [new ArchivingPlatform(scene.Target.ReferenceHost, digest)];
        return digest;
    }

    /// <summary>Says of one image that it is archived, under any tag; leaves everything else to the plain protocol.</summary>
    private sealed class ArchivingPlatform(string served, Digest archived) : IRegistryPlatform
    {
        public bool Serves(string host) => host == served;

        public Task<IReadOnlyList<ManifestAnswer>?> FindManifestsAsync(string host, string repository, IReadOnlyList<ManifestQuery> queries, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<ManifestAnswer>?>(
                [.. queries.Select(q => new ManifestAnswer(q, q.Tag is null ? null : archived, q.Digest == archived) { IsArchived = q.Digest is null || q.Digest == archived })]);

        public Task<IReadOnlySet<Digest>?> FindBlobsAsync(string host, string repository, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlySet<Digest>?>(null);

        public Task<IReadOnlyDictionary<ManifestReference, Manifest>?> FetchManifestsAsync(
            string host, string repository, IReadOnlyCollection<ManifestReference> references, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<ManifestReference, Manifest>?>(null);

        public Task<bool> EnsureRepositoryAsync(string host, string repository, string sourceHost, string sourceRepository, CancellationToken cancellationToken) => Task.FromResult(false);

        public Task<bool?> SupportsMountAsync(string host, CancellationToken cancellationToken) => Task.FromResult<bool?>(null);

        public double? RateLimit(RegistryAction action) => null;
    }
}
