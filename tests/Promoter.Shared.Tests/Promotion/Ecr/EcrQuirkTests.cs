using Promoter.Aws;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>What ECR does that the specification does not say, one test for each.</summary>
public sealed class EcrQuirkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Layers_come_from_another_host_that_must_not_see_the_credential()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.Done, report.ExitCode);
        var layers = scene.Requests.Where(EmulatedAction.GetLayer);
        Assert.NotEmpty(layers);
        Assert.All(layers, r => Assert.False(r.HasAuthorization));
    }

    [Fact]
    public async Task The_digest_header_is_missing_on_GET()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        Assert.False(scene.Aws.Source.Behaviour.DigestHeaderOnGet);

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task A_presigned_URL_that_expires_in_the_middle_is_asked_for_anew()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.Aws.Faults.Inject(Effect.Truncate(BodyPosition.Percent(50)), EmulatedAction.GetLayer, times: 1);
        scene.Aws.Faults.Inject(Effect.ExpiredUrl, EmulatedAction.GetLayer, first: 2, times: 1);

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task Chunks_are_answered_with_201_and_a_Range_that_is_stuck_at_the_first()
    {
        await using var scene = await EcrScene.StartAsync();
        var layer = new byte[40_000];
        new Random(1).NextBytes(layer);
        var image = scene.Aws.Source.Push("shop/web", new ImageBuilder().WithLayer(layer, "application/vnd.oci.image.layer.v1.tar").Build(), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        scene.Options = scene.Options with { ChunkedUploadThreshold = 10_000, ChunkSize = 8_192 };

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, Why(report));
        Assert.Equal(image.Digest, scene.Aws.Target.DigestOf("shop/web", "1"));
        Assert.Equal(5, scene.Requests.Count(EmulatedAction.WriteChunk));
    }

    [Fact]
    public async Task An_immutable_tag_with_the_same_digest_is_success()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = Prepare(scene, "shop/web", new EcrRepositorySettings { TagMutability = "IMMUTABLE" });
        // Someone else commits the tag between our look and our push.
        scene.Aws.Faults.Inject(Effect.AnswerLost, EmulatedAction.PutTag, times: 1);

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, Why(report));
        Assert.Equal(image.Digest, scene.Aws.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task An_immutable_tag_with_another_digest_is_a_conflict_that_names_both()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = Prepare(scene, "shop/web", new EcrRepositorySettings { TagMutability = "IMMUTABLE" });
        var other = scene.Aws.Target.Push("shop/web", SampleImages.Single("other"), "1");

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.TagConflict, report.ExitCode);
        Assert.Contains(image.Digest, Why(report), StringComparison.Ordinal);
        Assert.Contains(other.Digest, Why(report), StringComparison.Ordinal);
        Assert.Equal(other.Digest, scene.Aws.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task A_media_type_with_parameters_is_refused_with_405_and_the_reason_is_told()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Behaviour.RefusesMediaTypeParameters = false;
        scene.Aws.Source.Push("shop/web", SampleImages.Artifact("a", "application/vnd.example+json;version=0.2"), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        scene.Aws.Target.Behaviour.RefusesMediaTypeParameters = true;

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.NotEqual(ExitCode.Done, report.ExitCode);
        Assert.Contains("405", Why(report), StringComparison.Ordinal);
        Assert.Null(scene.Aws.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task Layers_that_vanish_before_the_manifest_are_sent_again()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.Aws.Faults.Inject(Effect.LayersVanish, EmulatedAction.PutTag, times: 1);

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task A_child_that_vanishes_before_its_index_is_repaired()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        scene.Aws.Faults.Inject(Effect.LayersVanish, EmulatedAction.PutTag, times: 1);

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task A_repository_is_created_as_the_rule_says_and_is_unknown_for_a_moment()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        scene.Aws.Target.Behaviour.NewRepositoriesHiddenFor = 2;
        scene.CreateRepositories = new RepositoryCreationOptions { TagMutability = "IMMUTABLE", ScanOnPush = true };

        await PromotesAsync(scene, "shop/web");

        Assert.Equal("IMMUTABLE", scene.Aws.Target.SettingsOf("shop/web").TagMutability);
        Assert.True(scene.Aws.Target.SettingsOf("shop/web").ScanOnPush);
    }

    [Fact]
    public async Task No_repository_is_created_for_an_image_that_is_not_at_the_source()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.CreateRepository("shop/web");
        scene.CreateRepositories = new RepositoryCreationOptions();

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
        Assert.Empty(scene.Aws.Target.Repositories);
        Assert.Equal(0, scene.Requests.Count(operation: "CreateRepository"));
    }

    [Fact]
    public async Task A_missing_repository_that_nobody_creates_exits_with_2_and_says_what_to_do()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.Usage, report.ExitCode);
        Assert.Contains("createRepositories", Why(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_token_which_ECR_calls_denied_is_renewed_once()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.Aws.Faults.Inject(Effect.ExpiredToken, EmulatedAction.StartUpload, times: 1);

        await PromotesAsync(scene, "shop/web");

        Assert.Equal(3, scene.Requests.Count(operation: "GetAuthorizationToken"));
    }

    [Fact]
    public async Task A_push_only_principal_may_push_a_tag_that_may_move()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.TargetPermissions =
        [
            IamStatement.Allow(["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]),
        ];

        scene.MayMoveTags = true;

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, Why(report));
        Assert.Empty(scene.Aws.Target.FindProblems("shop/web", "1"));
    }

    [Fact]
    public async Task A_push_only_principal_is_told_the_action_that_it_lacks_where_the_tag_may_not_move()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.TargetPermissions = [IamStatement.Allow(["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload", "ecr:PutImage"])];

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Contains("ecr:BatchGetImage", Why(report), StringComparison.Ordinal);
        Assert.Null(scene.Aws.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task A_throttled_PutImage_is_paced_and_repeated()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        scene.Aws.Faults.Inject(Effect.Status(429, "TOOMANYREQUESTS", "Rate exceeded"), EmulatedAction.PutTag, times: 1);

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task An_archived_image_at_the_source_is_told_from_a_missing_one()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = Prepare(scene, "shop/web");
        scene.Aws.Source.Archive("shop/web", image.Digest);

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
        Assert.Contains("archive", Why(report), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_archived_image_at_the_target_is_pushed_again()
    {
        await using var scene = await EcrScene.StartAsync();
        Prepare(scene, "shop/web");
        var image = scene.Aws.Target.Push("shop/web", SampleImages.Single("shop/web"), "1");
        scene.Aws.Target.Archive("shop/web", image.Digest);

        await PromotesAsync(scene, "shop/web");

        Assert.False(scene.Aws.Target.ManifestOf("shop/web", "1")!.ArchivedUntil > scene.Aws.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Managed_signing_that_adds_referrers_at_the_target_is_no_difference()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = Prepare(scene, "shop/web");
        scene.Aws.Source.Push("shop/web", SampleImages.Sbom(image));
        scene.Aws.Target.Behaviour.SignsOnPush = true;

        await PromotesAsync(scene, "shop/web");
    }

    [Fact]
    public async Task A_blob_that_two_repositories_share_crosses_once_where_the_account_allows_mounting()
    {
        await using var scene = await EcrScene.StartAsync();
        foreach (var repository in (string[])["shop/a", "shop/b"])
        {
            scene.Aws.Source.Push(repository, SampleImages.Single("same"), "1");
            scene.Aws.Target.CreateRepository(repository);
        }

        scene.Aws.Target.Behaviour.Mounts = MountRule.DonorReferencesBlob;
        var blobs = scene.Aws.Source.BlobsOf("shop/a").Count;

        var report = await scene.PromoteAsync("shop/a:1", "shop/b:1");

        Assert.True(report.ExitCode == ExitCode.Done, Why(report));
        Assert.Equal(blobs, scene.Requests.Count(EmulatedAction.FinishUpload));
        Assert.Equal(blobs, report.Images.Sum(i => i.BlobsMounted));
    }

    private static BuiltImage Prepare(EcrScene scene, string repository, EcrRepositorySettings? target = null)
    {
        var image = scene.Aws.Source.Push(repository, SampleImages.Single(repository), "1");
        scene.Aws.Target.CreateRepository(repository, target);
        return image;
    }

    private static async Task PromotesAsync(EcrScene scene, string repository)
    {
        Stop.ThrowIfCancellationRequested();
        var report = await scene.PromoteAsync($"{repository}:1");
        Assert.True(report.ExitCode == ExitCode.Done, Why(report));
        Assert.Equal(scene.Aws.Source.DigestOf(repository, "1"), scene.Aws.Target.DigestOf(repository, "1"));
        Assert.Empty(scene.Aws.Target.FindProblems(repository, "1"));
    }

    private static string Why(PromotionReport report) => string.Join('\n', report.Images.Select(i => i.Failure?.ToString() ?? i.Outcome.ToString()));
}
