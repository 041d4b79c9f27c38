using Promoter.Emulator.Images;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion;

/// <summary>How many requests each case costs on a plain registry; ECR's API needs fewer still.</summary>
public sealed class RequestCountTests
{
    [Fact]
    public async Task Unchanged_and_pinned_costs_one_request_to_the_target_and_none_to_the_source()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Target.Push(Scene.Repository, image, "1.0");

        var report = await scene.PromoteAsync($"{Scene.Repository}:1.0@{image.Digest}");

        Assert.Equal(ImageOutcome.UpToDate, report.Images[0].Outcome);
        Assert.Equal((0, 1), Counts(scene));
    }

    [Fact]
    public async Task Unchanged_by_tag_costs_one_request_to_either_side()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Target.Push(Scene.Repository, image, "1.0");

        var report = await scene.PromoteAsync();

        Assert.Equal(ImageOutcome.UpToDate, report.Images[0].Outcome);
        Assert.Equal((1, 1), Counts(scene));
        Assert.All(scene.Requests.All, r => Assert.Equal("HEAD", r.Method));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_new_image_with_N_layers_costs_what_the_protocol_asks_for(int layers)
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web", layers));

        await scene.PromoteAsync();

        // Source: the manifest and each blob. Target: HEAD of the tag, HEAD + POST + PUT of each blob, PUT of the manifest under its tag.
        var blobs = layers + 1;
        Assert.Equal((1 + blobs, 1 + (3 * blobs) + 1), Counts(scene));
    }

    [Fact]
    public async Task A_new_image_on_ECR_keeps_the_budget_without_the_API()
    {
        const int Layers = 4;
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web", Layers));

        await scene.PromoteAsync();

        // Three and five per blob, redirects counted: HEAD, GET, GET at the layer host, POST, PUT.
        Assert.Equal(3 + (5 * (Layers + 1)), scene.Requests.All.Count);
    }

    [Fact]
    public async Task A_new_image_of_two_platforms_costs_each_manifest_once()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web", layers: 4));

        await scene.PromoteAsync();

        var blobs = image.AllBlobs().Count;
        Assert.Equal((3 + blobs, 1 + (3 * blobs) + 2 + 1), Counts(scene));
    }

    [Fact]
    public async Task A_second_tag_of_what_is_there_takes_the_manifest_from_the_target()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Target.Push(Scene.Repository, image, "1.0");

        var report = await scene.PromoteAsync($"{Scene.Repository}:2.0@{image.Digest}");

        Assert.Equal(ImageOutcome.Tagged, report.Images[0].Outcome);
        Assert.Equal((0, 4), Counts(scene));
        Assert.Equal(image.Digest, scene.Target.DigestOf(Scene.Repository, "2.0"));
    }

    [Fact]
    public async Task A_plan_changes_nothing()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));

        var plan = await scene.PlanAsync(scene.Request());

        Assert.True(plan.HasWork);
        Assert.Equal(ImageState.ToCopy, plan.Images[0].State);
        Assert.Equal(image.AllBlobs().Values.Sum(b => b.Length), plan.Bytes);
        Assert.Empty(scene.Requests.Writes());
    }

    private static (int Source, int Target) Counts(Scene scene) => (scene.Requests.Count(account: Scene.SourceName), scene.Requests.Count(account: Scene.TargetName));
}
