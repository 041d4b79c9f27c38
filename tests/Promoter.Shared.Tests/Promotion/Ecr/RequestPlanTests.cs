using Promoter.Copying;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>The cheapest request plan on ECR: one test for each row of the table in docs/design.md, redirects counted, identities and tokens not.</summary>
public sealed class RequestPlanTests
{
    private const int Layers = 4;

    [Fact]
    public async Task Unchanged_and_pinned_by_digest_costs_one_batch_call_and_nothing_at_the_source()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = scene.Aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        scene.Aws.Target.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");

        var report = await scene.PromoteAsync($"shop/web:1@{image.Digest}");

        Assert.Equal(ImageOutcome.UpToDate, Assert.Single(report.Images).Outcome);
        Assert.Equal(1, scene.Count());
        Assert.Equal(1, scene.Requests.Count(operation: "BatchGetImage", account: "222222222222"));
        Assert.Equal(0, scene.Requests.Count(account: "111111111111"));
    }

    [Fact]
    public async Task A_hundred_pinned_images_of_one_repository_cost_one_batch_call()
    {
        await using var scene = await EcrScene.StartAsync();
        var images = new List<string>();
        for (var i = 0; i < 100; i++) images.Add($"shop/web:{i}@{scene.Aws.Target.Push("shop/web", SampleImages.Single($"web{i}", layers: 1), i.ToString()).Digest}");

        var report = await scene.PromoteAsync([.. images]);

        Assert.All(report.Images, i => Assert.Equal(ImageOutcome.UpToDate, i.Outcome));
        Assert.Equal(1, scene.Count());
    }

    [Fact]
    public async Task A_missing_tag_of_content_that_is_there_costs_two_requests_and_none_at_the_source()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = scene.Aws.Target.Push("shop/web", SampleImages.Single("web", Layers), "old");

        var report = await scene.PromoteAsync($"shop/web:new@{image.Digest}");

        Assert.Equal(ImageOutcome.Tagged, Assert.Single(report.Images).Outcome);
        Assert.Equal(image.Digest, scene.Aws.Target.DigestOf("shop/web", "new"));
        Assert.Equal(0, scene.Requests.Count(account: "111111111111"));
        Assert.Equal(2, scene.Count());
    }

    [Fact]
    public async Task A_cold_single_image_costs_four_requests_and_four_per_blob()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Referrers = ReferrerSelection.None;
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web", Layers), "1");
        scene.Aws.Target.CreateRepository("shop/web");

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ImageOutcome.Promoted, Assert.Single(report.Images).Outcome);
        Assert.True(scene.Count() == 4 + (4 * (Layers + 1)), scene.Requests.ToString());
        Assert.Empty(scene.Aws.Target.FindProblems("shop/web", "1"));
    }

    [Fact]
    public async Task A_cold_image_of_two_platforms_costs_seven_requests_and_four_per_blob()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Referrers = ReferrerSelection.None;
        var image = scene.Aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web", Layers), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        var blobs = scene.Aws.Source.BlobsOf("shop/web").Count;

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(image.Digest, scene.Aws.Target.DigestOf("shop/web", "1"));
        Assert.Equal(ImageOutcome.Promoted, Assert.Single(report.Images).Outcome);
        Assert.True(scene.Count() == 7 + (4 * blobs), scene.Requests.ToString());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    public async Task Looking_for_what_is_attached_costs_one_request_per_manifest_and_one_for_all_cosign_tags(int platforms, int requests)
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", platforms == 1 ? SampleImages.Single("web") : SampleImages.TwoPlatforms("web"), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        scene.Aws.Target.CreateRepository("shop/bare");
        scene.Aws.Source.Push("shop/bare", platforms == 1 ? SampleImages.Single("web") : SampleImages.TwoPlatforms("web"), "1");

        await scene.PromoteAsync("shop/web:1");
        var complete = scene.Count();
        scene.Referrers = ReferrerSelection.None;
        await scene.PromoteAsync("shop/bare:1");

        Assert.True(complete - (scene.Count() - complete) == requests, scene.Requests.ToString());
    }

    [Fact]
    public async Task Unchanged_by_tag_costs_one_request_on_each_side()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        scene.Aws.Target.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.Equal(ImageOutcome.UpToDate, Assert.Single(report.Images).Outcome);
        Assert.Equal(2, scene.Count());
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.HeadManifest, account: "111111111111"));
    }

    [Fact]
    public async Task Tokens_are_fetched_once_per_identity_however_many_images_there_are()
    {
        await using var scene = await EcrScene.StartAsync();
        string[] images = ["shop/a:1", "shop/b:1", "shop/c:1"];
        foreach (var image in images)
        {
            scene.Aws.Source.Push(image[..^2], SampleImages.Single(image), "1");
            scene.Aws.Target.CreateRepository(image[..^2]);
        }

        var report = await scene.PromoteAsync(images);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(2, scene.Requests.Count(operation: "GetAuthorizationToken"));
    }
}
