using System.Text.Json.Nodes;
using Promoter.Aws;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class ImageLookupTests
{
    [Fact]
    public async Task A_hundred_unchanged_pinned_images_cost_one_request()
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var queries = Enumerable.Range(0, 100).Select(i => new ManifestQuery(Tag.Parse($"v{i}"), images.Add(i, $"v{i}"))).ToList();
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);

        Assert.NotNull(answers);
        Assert.Equal(queries, answers.Select(answer => answer.Query));
        Assert.All(answers, answer => Assert.True(answer.HasDigest && answer.TagDigest == answer.Query.Digest && answer is { RepositoryExists: true, IsArchived: false }));
        Assert.Equal(1, scene.Aws.Count("BatchGetImage"));
    }

    [Fact]
    public async Task One_request_carries_at_most_a_hundred_ids()
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var queries = Enumerable.Range(0, 250).Select(i => new ManifestQuery(Tag.Parse($"v{i}"), images.Add(i, $"v{i}"))).ToList();
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);

        Assert.All(answers!, answer => Assert.True(answer.HasDigest));
        Assert.Equal(3, scene.Aws.Count("BatchGetImage"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task A_tag_that_points_elsewhere_is_answered_with_where_it_points(int others)
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var current = images.Add(1000, "v1");
        var wanted = images.Add(1001);
        var queries = Unchanged(images, others).Prepend(new ManifestQuery(Tag.Parse("v1"), wanted)).ToList();
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);

        Assert.Equal((current, true), (answers![0].TagDigest!.Value, answers[0].HasDigest));
        Assert.All(answers.Skip(1), answer => Assert.Equal(answer.Query.Digest, answer.TagDigest));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(60, 2)]
    public async Task A_digest_whose_tag_is_missing_comes_with_its_manifest(int others, int requests)
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var digest = images.Add(1000);
        var queries = Unchanged(images, others).Prepend(new ManifestQuery(Tag.Parse("new"), digest)).ToList();
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);

        Assert.Null(answers![0].TagDigest);
        Assert.True(answers[0].HasDigest);
        Assert.Equal(digest, answers[0].Manifest!.Digest);
        Assert.Equal(requests, scene.Aws.Count("BatchGetImage"));
    }

    [Fact]
    public async Task A_cold_image_is_known_to_be_absent_after_one_request()
    {
        await using var scene = await AwsScene.StartAsync();
        StubImages.On(scene.Aws);
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(
            AwsScene.Target, "shop/api", [new ManifestQuery(Tag.Parse("v1"), StubImages.DigestOf(1))], CancellationToken.None);

        var answer = Assert.Single(answers!);
        Assert.Equal((null, false, true), (answer.TagDigest, answer.HasDigest, answer.RepositoryExists));
        Assert.Equal(1, scene.Aws.Requests.Count(request => request.Target.Length > 0));
    }

    [Fact]
    public async Task A_missing_repository_is_an_answer_and_no_fault()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchGetImage", _ => StubReply.Error(400, "RepositoryNotFoundException", "The repository with name 'shop/api' does not exist in the registry with id '222222222222'"));
        using var registries = scene.Registries();
        var platform = AwsScene.Platform(registries);

        var answers = await platform.FindManifestsAsync(AwsScene.Target, "shop/api", [new ManifestQuery(Tag.Parse("v1"), null)], CancellationToken.None);
        var manifests = await platform.FetchManifestsAsync(AwsScene.Target, "shop/api", [ManifestReference.Of(StubImages.DigestOf(1))], CancellationToken.None);

        Assert.False(Assert.Single(answers!).RepositoryExists);
        Assert.Empty(manifests!);
    }

    [Fact]
    public async Task Requests_name_the_account_of_the_host_and_accept_indexes()
    {
        await using var scene = await AwsScene.StartAsync();
        StubImages.On(scene.Aws);
        using var registries = scene.Registries();

        await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Source, "shop/api", [new ManifestQuery(Tag.Parse("v1"), null)], CancellationToken.None);

        var body = scene.Aws.Last("BatchGetImage").Body;
        Assert.Equal(("111111111111", "shop/api"), (body["registryId"]!.ToString(), body["repositoryName"]!.ToString()));
        Assert.Equal(MediaTypes.AcceptedManifests, body["acceptedMediaTypes"]!.AsArray().Select(type => type!.ToString()));
    }

    [Fact]
    public async Task A_missing_permission_falls_back_and_is_said_once()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchGetImage", _ => StubReply.Denied("ecr:BatchGetImage"));
        using var registries = scene.Registries();
        var logger = new RecordingLogger<EcrPlatform>();
        var platform = AwsScene.Platform(registries, logger: logger);
        IReadOnlyList<ManifestQuery> queries = [new ManifestQuery(Tag.Parse("v1"), null)];

        var first = await platform.FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);
        var second = await platform.FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);
        var other = await platform.FindManifestsAsync(AwsScene.Target, "shop/web", queries, CancellationToken.None);

        Assert.Null(first);
        Assert.Null(second);
        Assert.Null(other);
        Assert.Equal(2, scene.Aws.Count("BatchGetImage"));
        var (_, text) = Assert.Single(logger.Entries);
        Assert.Contains("ecr:BatchGetImage", text, StringComparison.Ordinal);
        Assert.Contains("role/promoter", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repaired_permission_is_noticed_by_a_server_that_keeps_running()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchGetImage", _ => StubReply.Denied("ecr:BatchGetImage"));
        using var registries = scene.Registries();
        var time = new ManualTime();
        var platform = AwsScene.Platform(registries, time);
        IReadOnlyList<ManifestQuery> queries = [new ManifestQuery(Tag.Parse("v1"), null)];
        await platform.FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None);
        StubImages.On(scene.Aws);
        time.Advance(TimeSpan.FromMinutes(6));

        Assert.NotNull(await platform.FindManifestsAsync(AwsScene.Target, "shop/api", queries, CancellationToken.None));
    }

    [Fact]
    public async Task Throttling_is_a_fault_and_never_taken_for_missing()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchGetImage", _ => StubReply.Error(400, "ThrottlingException", "Rate exceeded"));
        using var registries = scene.Registries();

        var exception = await Assert.ThrowsAsync<RegistryException>(() => AwsScene.Platform(registries).FindManifestsAsync(
            AwsScene.Target, "shop/api", [new ManifestQuery(Tag.Parse("v1"), null)], CancellationToken.None));

        Assert.Equal((RegistryFault.Throttled, true, Side.Target, "shop/api"), (exception.Fault, exception.IsTransient, exception.Side, exception.Repository));
    }

    [Theory]
    [InlineData("ImageNotFound")]
    [InlineData("ImageInaccessible")]
    public async Task An_archived_source_image_is_told_from_one_that_was_never_pushed(string failure)
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        images.ArchivedFailure = failure;
        var archived = images.Add(1, "old", archived: true);
        using var registries = scene.Registries();

        var answers = await AwsScene.Platform(registries).FindManifestsAsync(
            AwsScene.Source, "shop/api", [new ManifestQuery(Tag.Parse("old"), null), new ManifestQuery(Tag.Parse("never"), null)], CancellationToken.None);

        Assert.Equal((true, (Digest?)archived), (answers![0].IsArchived, answers[0].TagDigest));
        Assert.Equal((false, (Digest?)null), (answers[1].IsArchived, answers[1].TagDigest));
    }

    [Fact]
    public async Task A_failure_that_only_a_pull_can_clear_up_falls_back()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchGetImage", body => StubReply.Json(new JsonObject
        {
            ["images"] = new JsonArray(),
            ["failures"] = new JsonArray(new JsonObject { ["imageId"] = body["imageIds"]![0]!.DeepClone(), ["failureCode"] = "UpstreamUnavailable" }),
        }));
        using var registries = scene.Registries();

        Assert.Null(await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", [new ManifestQuery(Tag.Parse("v1"), null)], CancellationToken.None));
    }

    [Fact]
    public async Task Manifests_are_fetched_in_one_request_and_absent_ones_left_out()
    {
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var digests = Enumerable.Range(0, 5).Select(i => images.Add(i)).ToList();
        var signature = images.Add(5, "sha256-1.sig");
        List<ManifestReference> there = [.. digests.Select(ManifestReference.Of), ManifestReference.Of(Tag.Parse("sha256-1.sig"))];
        using var registries = scene.Registries();

        var manifests = await AwsScene.Platform(registries).FetchManifestsAsync(
            AwsScene.Source, "shop/api", [.. there, ManifestReference.Of(StubImages.DigestOf(99)), ManifestReference.Of(Tag.Parse("sha256-1.att"))], CancellationToken.None);

        Assert.Equal(there, manifests!.Keys);
        Assert.Equal([.. digests, signature], manifests.Values.Select(manifest => manifest.Digest));
        Assert.Equal(1, scene.Aws.Count("BatchGetImage"));
    }

    [Fact]
    public async Task A_manifest_that_does_not_hash_to_its_digest_is_fetched_as_bytes_instead()
    {
        await using var scene = await AwsScene.StartAsync();
        var digest = StubImages.DigestOf(1);
        scene.Aws.On("BatchGetImage", _ => StubReply.Json(new JsonObject
        {
            ["images"] = new JsonArray(new JsonObject { ["imageId"] = new JsonObject { ["imageDigest"] = digest.ToString() }, ["imageManifest"] = "{}" }),
        }));
        using var registries = scene.Registries();
        var platform = AwsScene.Platform(registries);

        Assert.Null(await platform.FetchManifestsAsync(AwsScene.Source, "shop/api", [ManifestReference.Of(digest)], CancellationToken.None));
        var answer = Assert.Single((await platform.FindManifestsAsync(AwsScene.Target, "shop/api", [new ManifestQuery(null, digest)], CancellationToken.None))!);
        Assert.True(answer.HasDigest);
        Assert.Null(answer.Manifest);
    }

    private static IEnumerable<ManifestQuery> Unchanged(StubImages images, int count) =>
        Enumerable.Range(0, count).Select(i => new ManifestQuery(Tag.Parse($"same-{i}"), images.Add(i, $"same-{i}")));
}
