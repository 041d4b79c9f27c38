using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>One POST and one PUT, or chunks for what is large; what breaks on the way is repaired.</summary>
public sealed class UploadTests
{
    private const int Chunk = 100_000;
    private const int Size = (3 * Chunk) + 1234;
    private static readonly RegistryClientOptions Chunked = Scene.FastRetries with { ChunkedUploadThreshold = Chunk, ChunkSize = Chunk };

    [Fact]
    public async Task A_blob_goes_up_in_one_POST_and_one_PUT_with_its_length()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web", layers: 3));

        await scene.PromoteAsync();

        Assert.Equal(image.AllBlobs().Count, scene.Requests.Count(EmulatedAction.StartUpload));
        Assert.Equal(0, scene.Requests.Count(EmulatedAction.WriteChunk));
        foreach (var (digest, content) in image.AllBlobs())
        {
            var put = Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload, reference: digest));
            Assert.Equal(content.Length, put.ContentLength);
            Assert.Equal(content.Length, put.BytesReceived);
            Assert.Equal("HTTP/1.1", put.Protocol);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(100)]
    public async Task An_upload_that_breaks_begins_anew_in_a_new_session(int percent)
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 1).Build());
        scene.Faults.Inject(Effect.Reset(percent == 100 ? BodyPosition.LastByte : BodyPosition.Percent(percent)), r => r.Action == EmulatedAction.FinishUpload && r.ContentLength == Size);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Equal(3, scene.Requests.Count(EmulatedAction.StartUpload));
    }

    [Theory]
    [InlineData("takes no byte")]
    [InlineData("does not confirm")]
    public async Task A_target_that_stalls_is_cut_and_tried_again(string how)
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Scene.ShortTimeouts;
        scene.Given(new ImageBuilder().WithRandomLayer(24 * 1024 * 1024, 1).Build());
        scene.Faults.Inject(Effect.Stall(how == "takes no byte" ? BodyPosition.Byte(1) : BodyPosition.LastByte), r => r.Action == EmulatedAction.FinishUpload && r.ContentLength > 1_000_000);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task After_a_lost_answer_the_blob_is_looked_up_and_not_sent_again()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 1).Build());
        scene.Faults.Inject(Effect.AnswerLost, r => r.Action == EmulatedAction.FinishUpload && r.ContentLength == Size);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Fact]
    public async Task After_a_lost_answer_to_the_tag_the_run_still_succeeds_on_an_immutable_repository()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Target.SettingsOf(Scene.Repository).TagMutability = "IMMUTABLE";
        scene.Faults.Inject(Effect.AnswerLost, EmulatedAction.PutTag);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task Content_that_was_damaged_on_its_way_to_the_target_is_sent_once_more()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 1).Build());
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.Percent(50)), r => r.Action == EmulatedAction.FinishUpload && r.ContentLength == Size);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_target_that_refuses_the_digest_again_and_again_is_not_asked_for_ever()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 1).Build());
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.Percent(50)), r => r.Action == EmulatedAction.FinishUpload && r.ContentLength == Size, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(RegistryFault.Corrupt, Assert.IsType<RegistryException>(report.Images[0].Failure).Fault);
        Assert.Equal(2, scene.Requests.Where(EmulatedAction.FinishUpload).Count(r => r.ContentLength == Size));
    }

    [Fact]
    public void Blobs_over_256_MiB_go_up_in_chunks_unless_configured_otherwise() =>
        Assert.Equal(256L * 1024 * 1024, new RegistryClientOptions().ChunkedUploadThreshold);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    public async Task Only_what_is_larger_than_the_threshold_goes_up_in_chunks(int more, int chunks)
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Chunked;
        scene.Given(new ImageBuilder().WithRandomLayer((int)Chunked.ChunkedUploadThreshold + more, 1).Build());

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(chunks, scene.Requests.Count(EmulatedAction.WriteChunk));
    }

    [Fact]
    public async Task A_large_blob_goes_up_in_chunks_one_after_the_other()
    {
        await using var scene = await StartChunkedAsync();

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Equal(["0-99999", "100000-199999", "200000-299999", "300000-301233"], scene.Requests.Where(EmulatedAction.WriteChunk).Select(r => r.Range));
        Assert.All(scene.Requests.Where(EmulatedAction.WriteChunk), r => Assert.Equal(r.BytesReceived, r.ContentLength));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    public async Task A_chunk_that_breaks_is_sent_again(int chunk, bool keepsPartialChunks)
    {
        await using var scene = await StartChunkedAsync();
        scene.Target.Behaviour.KeepsPartialChunks = keepsPartialChunks;
        scene.Faults.Inject(Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.WriteChunk, first: chunk);

        AssertComplete(scene, await scene.PromoteAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_chunk_whose_answer_was_lost_is_not_sent_again(int chunk)
    {
        await using var scene = await StartChunkedAsync();
        scene.Faults.Inject(Effect.AnswerLost, EmulatedAction.WriteChunk, first: chunk);

        var report = await scene.PromoteAsync();

        AssertOneSession(scene, report);
        Assert.Equal(4, scene.Requests.Count(EmulatedAction.WriteChunk));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_Range_that_is_stuck_at_the_first_chunk_is_not_believed(int chunk)
    {
        await using var scene = await StartChunkedAsync(stuck: true);
        scene.Faults.Inject(Effect.AnswerLost, EmulatedAction.WriteChunk, first: chunk);

        AssertOneSession(scene, await scene.PromoteAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_chunk_that_breaks_where_the_Range_is_stuck_is_sent_again(int chunk)
    {
        await using var scene = await StartChunkedAsync(stuck: true);
        scene.Target.Behaviour.KeepsPartialChunks = false;
        scene.Faults.Inject(Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.WriteChunk, first: chunk);

        AssertComplete(scene, await scene.PromoteAsync());
    }

    [Fact]
    public async Task A_stuck_Range_and_partial_chunks_together_end_in_a_new_session_and_a_whole_blob()
    {
        await using var scene = await StartChunkedAsync(stuck: true);
        scene.Target.Behaviour.KeepsPartialChunks = true;
        scene.Faults.Inject(Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.WriteChunk, first: 3);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_session_that_the_registry_has_forgotten_is_replaced()
    {
        await using var scene = await StartChunkedAsync();
        scene.Faults.Inject(Effect.Status(404, "BLOB_UPLOAD_UNKNOWN"), EmulatedAction.WriteChunk, first: 3);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_chunk_that_is_refused_for_now_is_sent_again(int status)
    {
        await using var scene = await StartChunkedAsync();
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.WriteChunk, first: 2);

        AssertOneSession(scene, await scene.PromoteAsync());
    }

    [Fact]
    public async Task A_source_that_breaks_within_a_chunk_does_not_break_the_chunk()
    {
        await using var scene = await StartChunkedAsync();
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Byte(150_000)), r => r.Action == EmulatedAction.GetBlob && r.Reference == scene.Source.ManifestOf(Scene.Repository, "1.0")!.Blobs[^1].Digest);

        AssertOneSession(scene, await scene.PromoteAsync());
        Assert.Equal(4, scene.Requests.Count(EmulatedAction.WriteChunk));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task A_registry_that_refuses_to_mount_gets_the_bytes(int status)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"), repository: "shop/one");
        scene.Given(image, repository: "shop/two");
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.Mount, times: FaultScript.Always);

        var report = await scene.PromoteAsync(scene.Request("shop/one:1.0"), scene.Request("shop/two:1.0"));

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems("shop/two", "1.0"));
    }

    [Fact]
    public async Task A_mount_that_ends_as_a_session_is_that_session()
    {
        await using var scene = await Scene.StartAsync();
        scene.Target.Behaviour.Mounts = Promoter.Emulator.Registry.MountRule.Never;
        var image = scene.Given(SampleImages.Single("web"), repository: "shop/one");
        scene.Given(image, repository: "shop/two");

        var report = await scene.PromoteAsync(scene.Request("shop/one:1.0"), scene.Request("shop/two:1.0"));

        Assert.Equal(ExitCode.Done, report.ExitCode);

        // Each blob goes up once per repository, in a session that either a POST or a mount has opened. How many mounts are under way when the first one is
        // found to be none depends on the machine.
        Assert.InRange(scene.Requests.Count(EmulatedAction.Mount), 1, image.Blobs.Count);
        Assert.Equal(2 * image.Blobs.Count, scene.Requests.Count(EmulatedAction.Mount) + scene.Requests.Count(EmulatedAction.StartUpload));
        Assert.Equal(2 * image.Blobs.Count, scene.Requests.Count(EmulatedAction.FinishUpload));
    }

    private static async Task<Scene> StartChunkedAsync(bool stuck = false)
    {
        var scene = await Scene.StartAsync();
        scene.Options = Chunked;
        scene.Target.Behaviour.RangeStuckAtFirstChunk = stuck;
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 1).Build());
        return scene;
    }

    // A registry that is still busy with a broken chunk may answer what is no longer true a moment later; then one new session is the way out.
    private static void AssertComplete(Scene scene, PromotionReport report)
    {
        Assert.Null(report.Images[0].Failure);
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.InRange(scene.Requests.Count(EmulatedAction.StartUpload), 2, 3);
    }

    private static void AssertOneSession(Scene scene, PromotionReport report)
    {
        AssertComplete(scene, report);
        Assert.Equal(2, scene.Requests.Count(EmulatedAction.StartUpload));
    }
}
