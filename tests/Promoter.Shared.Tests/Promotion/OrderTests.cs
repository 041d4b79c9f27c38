using Promoter.Copying;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion;

/// <summary>The order of writes is a rule: blobs, child manifests, what is attached, the root, tags last.</summary>
public sealed class OrderTests
{
    [Fact]
    public async Task Blobs_come_before_their_manifest_children_before_parents_and_tags_last()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.NestedIndex("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));

        var report = await scene.PromoteAsync(scene.Request() with { Referrers = ReferrerSelection.All });

        Assert.Equal(ExitCode.Done, report.ExitCode);
        var writes = scene.Requests.Writes(Scene.TargetName);
        foreach (var manifest in image.AllManifests().Where(m => m.Digest != image.Digest).Append(signature).Append(cosign))
        {
            var put = Assert.Single(writes, w => w.Action == EmulatedAction.PutManifest && w.Reference == manifest.Digest);
            foreach (var blob in manifest.Blobs.Keys) AssertBefore(Assert.Single(writes, w => w.Action == EmulatedAction.FinishUpload && w.Reference == blob), put);
            foreach (var child in manifest.Children) AssertBefore(Assert.Single(writes, w => w.Action == EmulatedAction.PutManifest && w.Reference == child.Digest), put);
        }

        var tags = writes.Where(w => w.Action == EmulatedAction.PutTag).ToList();
        Assert.Equal([SampleImages.CosignTag(image), "1.0"], tags.Select(t => t.Reference));
        Assert.All(writes.Where(w => w.Action != EmulatedAction.PutTag), w => AssertBefore(w, tags[0]));
        AssertBefore(tags[0], tags[1]);
        // With a signature that is attached by a tag, the root is not to be seen before that: it comes with its own tag.
        Assert.DoesNotContain(writes, w => w.Action == EmulatedAction.PutManifest && w.Reference == image.Digest);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_root_comes_after_its_referrers_and_before_all_tags()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));

        await scene.PromoteAsync(scene.Request() with { Referrers = ReferrerSelection.All });

        var writes = scene.Requests.Writes(Scene.TargetName);
        var root = Assert.Single(writes, w => w.Action == EmulatedAction.PutManifest && w.Reference == image.Digest);
        AssertBefore(Assert.Single(writes, w => w.Action == EmulatedAction.PutManifest && w.Reference == signature.Digest), root);
        AssertBefore(root, Assert.Single(writes, w => w.Action == EmulatedAction.PutTag));
    }

    [Fact]
    public async Task No_tag_moves_before_the_content_of_all_images_is_there()
    {
        await using var scene = await Scene.StartAsync();
        var requests = Enumerable.Range(0, 5).Select(i =>
        {
            scene.Given(SampleImages.TwoPlatforms($"web{i}"), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();

        await scene.PromoteAsync(requests);

        var writes = scene.Requests.Writes(Scene.TargetName);
        var firstTag = writes.First(w => w.Action == EmulatedAction.PutTag);
        Assert.All(writes.Where(w => w.Action != EmulatedAction.PutTag), w => AssertBefore(w, firstTag));
        Assert.Equal(5, writes.Count(w => w.Action == EmulatedAction.PutTag));
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web", layers: 3));
        scene.Target.Push(Scene.Repository, image.Children[0]);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.All(image.Children[0].Blobs.Keys, digest => Assert.Empty(scene.Requests.Where(EmulatedAction.FinishUpload, reference: digest)));
        Assert.Empty(scene.Requests.Where(EmulatedAction.PutManifest, reference: image.Children[0].Digest));
        Assert.Single(scene.Requests.Where(EmulatedAction.PutManifest, reference: image.Children[1].Digest));
        Assert.Equal(image.Children[1].Blobs.Keys.Except(image.Children[0].Blobs.Keys).Count(), report.Images[0].BlobsCopied);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_blobs_are_in_flight_than_the_run_allows(int parallelism)
    {
        await using var scene = await Scene.StartAsync();
        scene.Run = new PromotionOptions { Parallelism = parallelism };
        var requests = Enumerable.Range(0, 4).Select(i =>
        {
            scene.Given(SampleImages.Single($"web{i}", layers: 4), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();
        var gate = new TaskCompletionSource();
        scene.Faults.Inject(Effect.Hold(gate.Task), EmulatedAction.FinishUpload, times: FaultScript.Always);

        var running = scene.PromoteAsync(requests);
        await Eventually.TrueAsync(() => scene.Requests.Count(EmulatedAction.FinishUpload) == parallelism, "fewer uploads run than may");
        var opened = scene.Requests.Count(EmulatedAction.StartUpload);
        gate.SetResult();
        var report = await running;

        Assert.Equal(parallelism, opened);
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.True(MostAtOnce(scene.Requests.Where(EmulatedAction.FinishUpload)) <= parallelism);
    }

    [Fact]
    public async Task Manifests_do_not_wait_behind_blobs()
    {
        await using var scene = await Scene.StartAsync();
        scene.Run = new PromotionOptions { Parallelism = 1 };
        scene.Given(SampleImages.Single("slow"), repository: "shop/slow");
        var ready = scene.Given(SampleImages.TwoPlatforms("ready"), repository: "shop/ready");
        foreach (var (digest, content) in ready.AllBlobs()) scene.Target.AddBlob("shop/ready", digest, content);
        var gate = new TaskCompletionSource();
        scene.Faults.Inject(Effect.Hold(gate.Task), EmulatedAction.GetBlob, repository: "shop/slow", times: FaultScript.Always);

        var running = scene.PromoteAsync(scene.Request("shop/slow:1.0"), scene.Request("shop/ready:1.0"));
        await Eventually.TrueAsync(() => scene.Target.ManifestsOf("shop/ready").Contains(ready.Digest), "the image that is ready waits for the slow one");
        var blobsOfSlow = scene.Target.BlobsOf("shop/slow").Count;
        gate.SetResult();

        Assert.Equal(ExitCode.Done, (await running).ExitCode);
        Assert.Equal(0, blobsOfSlow);
    }

    [Fact]
    public async Task No_host_gets_more_connections_than_its_limit()
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = scene.Options with { MaxConnectionsPerHost = 2 };
        scene.Run = new PromotionOptions { Parallelism = 8 };
        var requests = Enumerable.Range(0, 6).Select(i =>
        {
            scene.Given(SampleImages.TwoPlatforms($"web{i}"), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();

        var report = await scene.PromoteAsync(requests);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.InRange(MostAtOnce(scene.Requests.Where(account: Scene.TargetName)), 1, 2);
        Assert.InRange(MostAtOnce(scene.Requests.Where(account: Scene.SourceName)), 1, 2);
    }

    [Fact]
    public async Task A_registry_that_refuses_what_comes_too_fast_is_asked_more_slowly_until_all_is_there()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Aws.Quotas.Set("InitiateLayerUpload", perSecond: 30, burst: 5);
        scene.Run = new PromotionOptions { Parallelism = 16 };
        var requests = Enumerable.Range(0, 8).Select(i =>
        {
            scene.Given(SampleImages.TwoPlatforms($"web{i}"), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();

        var report = await scene.PromoteAsync(requests);

        var uploads = scene.Requests.Where(EmulatedAction.StartUpload);
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Contains(uploads, r => r.Status == 429);

        // Three retries of a millisecond each would have given up; had nobody slowed down, most requests would have been refused.
        Assert.True(uploads.Count(r => r.Status == 429) < uploads.Count(r => r.Status == 202), scene.Requests.ToString());
    }

    [Fact]
    public async Task The_largest_blob_of_the_run_starts_first()
    {
        await using var scene = await Scene.StartAsync();
        scene.Run = new PromotionOptions { Parallelism = 1 };
        scene.Given(new ImageBuilder().WithRandomLayer(10_000, 1).Build(), repository: "shop/small");
        scene.Given(new ImageBuilder().WithRandomLayer(90_000, 2).WithRandomLayer(50_000, 3).Build(), repository: "shop/large");

        await scene.PromoteAsync(scene.Request("shop/small:1.0"), scene.Request("shop/large:1.0"));

        Assert.Equal([90_000L, 50_000L, 10_000L], scene.Requests.Where(EmulatedAction.FinishUpload).Select(r => r.ContentLength!.Value).Where(l => l >= 10_000));
    }

    [Fact]
    public async Task A_blob_that_images_share_crosses_once_and_is_mounted_by_the_others()
    {
        await using var scene = await Scene.StartAsync();
        var images = Enumerable.Range(0, 6).Select(i =>
        {
            scene.Given(new ImageBuilder().WithRandomLayer(50_000, 1).WithRandomLayer(100, 10 + i).Build(), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();
        var shared = scene.Source.ManifestOf("shop/web0", "1.0")!.Blobs.Single(b => b.Size == 50_000).Digest;

        var report = await scene.PromoteAsync(images);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetBlob, reference: shared));
        Assert.Equal(5, scene.Requests.Count(EmulatedAction.Mount, reference: shared));
        Assert.Equal(5, report.Images.Sum(i => i.BlobsMounted));
        Assert.All(Enumerable.Range(0, 6), i => Assert.Empty(scene.Target.FindProblems($"shop/web{i}", "1.0")));
    }

    [Fact]
    public async Task A_mount_waits_until_a_manifest_refers_to_the_blob_in_its_donor()
    {
        await using var scene = await Scene.StartAsync();
        scene.Target.Behaviour.Mounts = Promoter.Emulator.Registry.MountRule.DonorReferencesBlob;
        var image = SampleImages.Single("web");
        scene.Given(image, repository: "shop/one");
        scene.Given(image, repository: "shop/two");

        var report = await scene.PromoteAsync(scene.Request("shop/one:1.0"), scene.Request("shop/two:1.0"));

        Assert.Equal(image.Blobs.Count, report.Images[1].BlobsMounted);
    }

    [Fact]
    public async Task Two_tags_of_one_image_send_it_once()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Source.Push(Scene.Repository, image, "2.0");

        var report = await scene.PromoteAsync(scene.Request(), scene.Request($"{Scene.Repository}:2.0"));

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(image.AllBlobs().Count, scene.Requests.Count(EmulatedAction.FinishUpload));
        Assert.Equal(image.Digest, scene.Target.DigestOf(Scene.Repository, "2.0"));
    }

    private static void AssertBefore(RecordedRequest first, RecordedRequest second) =>
        Assert.True(first.AnsweredAt < second.ArrivedAt, $"{first} was to be answered before {second} arrived");

    private static int MostAtOnce(IReadOnlyList<RecordedRequest> requests) =>
        requests.Max(r => requests.Count(other => other.ArrivedAt <= r.ArrivedAt && r.ArrivedAt < other.AnsweredAt));
}
