using Promoter.Copying;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Copying;

/// <summary>A run that ends between an image and what is attached to it leaves nothing that the next run takes for complete.</summary>
public sealed class InterruptedAttachmentTests
{
    [Theory]
    [InlineData($"{Scene.Repository}:1.0")]
    [InlineData($"{Scene.Repository}")]
    public async Task The_next_run_brings_the_referrer_before_which_a_run_was_interrupted(string name)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        var request = scene.Request($"{name}@{image.Digest}") with { Referrers = ReferrerSelection.All };
        await InterruptAsync(scene, request, EmulatedAction.PutManifest, signature.Digest);

        var report = await scene.PromoteAsync(request);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Contains(signature.Digest, scene.Target.ManifestsOf(Scene.Repository));
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, image.Digest));
    }

    [Theory]
    [InlineData($"{Scene.Repository}:1.0")]
    [InlineData($"{Scene.Repository}")]
    public async Task The_next_run_brings_the_cosign_tag_before_which_a_run_was_interrupted(string name)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        var request = scene.Request($"{name}@{image.Digest}") with { Referrers = ReferrerSelection.All };
        await InterruptAsync(scene, request, EmulatedAction.PutTag, SampleImages.CosignTag(image));

        var report = await scene.PromoteAsync(request);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(cosign.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, image.Digest));
    }

    [Fact]
    public async Task An_image_whose_layers_others_mount_gets_its_cosign_tag_before_its_root()
    {
        await using var scene = await Scene.StartAsync();
        scene.Target.Behaviour.Mounts = MountRule.DonorReferencesBlob;
        var image = scene.Given(SampleImages.Single("web"));
        scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        scene.Given(image, repository: "shop/copy");

        var report = await scene.PromoteAsync(
            scene.Request() with { Referrers = ReferrerSelection.All }, scene.Request("shop/copy:1.0") with { Referrers = ReferrerSelection.All });

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(image.AllBlobs().Count, report.Images[1].BlobsMounted);
        var writes = scene.Requests.Writes(Scene.TargetName).Where(w => w.Repository == Scene.Repository).ToList();
        Assert.True(writes.FindIndex(w => w.Reference == SampleImages.CosignTag(image)) < writes.FindIndex(w => w.Reference == image.Digest));
        Assert.Contains(SampleImages.CosignTag(image), report.Tags.Where(t => t.Repository == Scene.Repository).Select(t => t.Tag.ToString()));
    }

    [Fact]
    public async Task A_pod_of_many_whose_root_the_others_wait_for_sets_the_cosign_tag_first()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        scene.Run = scene.Run with { Shard = new Shard(0, 2) is var first && first.Owns(Digest.Parse(image.Digest)) ? first : new Shard(1, 2) };
        var request = scene.Request($"{Scene.Repository}:1.0@{image.Digest}") with { Referrers = ReferrerSelection.All };
        await InterruptAsync(scene, request, EmulatedAction.PutTag, "1.0");

        var report = await scene.PromoteAsync(request);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(cosign.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
    }

    [Fact]
    public async Task A_registry_that_takes_a_referrer_only_after_its_subject_gets_the_subject_first()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        scene.Target.Behaviour.RequiresSubject = true;

        var report = await scene.PromoteAsync(scene.Request($"{Scene.Repository}@{image.Digest}") with { Referrers = ReferrerSelection.All });

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Contains(signature.Digest, scene.Target.ManifestsOf(Scene.Repository));
    }

    // The process ends when it asks for this: the request has no answer, and none follows.
    private static async Task InterruptAsync(Scene scene, PromotionRequest request, EmulatedAction action, string reference)
    {
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        scene.Faults.Inject(Effect.Stall(), action, reference: reference);
        var run = scene.PromoteAsync(interruption.Token, request);
        await scene.Requests.WaitForAsync(r => r.Action == action && r.Reference == reference, TestContext.Current.CancellationToken);
        await interruption.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, (await run).ExitCode);
    }
}
