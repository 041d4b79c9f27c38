using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>Bad input and failures: the exit code, a message that says what to do, no tag moved, and a second run that finishes the work.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task A_source_image_that_is_not_there_is_named()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));

        var report = await scene.PromoteAsync($"{Scene.Repository}:9.9");

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
        Assert.Contains($"{Scene.Repository}:9.9", report.Images[0].Failure!.Message);
        Assert.Empty(scene.Requests.Writes());
    }

    [Fact]
    public async Task A_target_repository_that_is_not_there_is_a_matter_of_set_up()
    {
        await using var scene = await Scene.StartAsync();
        scene.Source.Push(Scene.Repository, SampleImages.Single("web"), "1.0");
        scene.Target.Behaviour.CreatesRepositoriesOnPush = false;

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Usage, report.ExitCode);
        Assert.Contains("create the repository", report.Images[0].Failure!.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tag_that_points_elsewhere_is_a_conflict_that_names_both_digests(bool pinned)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var other = scene.Target.Push(Scene.Repository, SampleImages.Single("other"), "1.0");

        var report = await scene.PromoteAsync(pinned ? $"{Scene.Repository}:1.0@{image.Digest}" : $"{Scene.Repository}:1.0");

        Assert.Equal(ExitCode.TagConflict, report.ExitCode);
        Assert.Contains(image.Digest, report.Images[0].Failure!.Message);
        Assert.Contains(other.Digest, report.Images[0].Failure!.Message);
        Assert.Empty(scene.Requests.Writes());
        Assert.Equal(other.Digest, scene.Target.DigestOf(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_tag_that_may_move_moves_and_the_journal_says_from_where()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var other = scene.Target.Push(Scene.Repository, SampleImages.Single("other"), "1.0");

        var report = await scene.PromoteAsync(scene.Request() with { MayMoveTag = true });

        Assert.Equal(ExitCode.Done, report.ExitCode);
        var moved = Assert.Single(report.Tags);
        Assert.Equal((other.Digest, image.Digest), (moved.Previous.ToString(), moved.Current.ToString()));
    }

    [Fact]
    public async Task A_tag_that_someone_else_made_in_the_meantime_is_a_conflict_on_an_immutable_repository()
    {
        await using var scene = await Scene.StartEcrAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Target.SettingsOf(Scene.Repository).TagMutability = "IMMUTABLE";
        var other = SampleImages.Single("other");
        scene.Faults.Inject(Effect.Hold(Task.CompletedTask), r =>
        {
            if (r.Action == EmulatedAction.PutTag) scene.Target.Push(Scene.Repository, other, "1.0");
            return false;
        });

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.TagConflict, report.ExitCode);
        Assert.Contains(other.Digest, report.Images[0].Failure!.Message);
        Assert.Contains(image.Digest, report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task One_failed_image_moves_no_tag_of_the_run_and_the_next_run_finishes_without_sending_anything_twice()
    {
        await using var scene = await Scene.StartAsync();
        var requests = Enumerable.Range(0, 3).Select(i =>
        {
            scene.Given(SampleImages.TwoPlatforms($"web{i}"), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();
        var fault = scene.Faults.Inject(Effect.Status(500), EmulatedAction.PutManifest, repository: "shop/web1", times: FaultScript.Always);

        var failed = await scene.PromoteAsync(requests);
        var tagsAfterFailure = Enumerable.Range(0, 3).SelectMany(i => scene.Target.TagsOf($"shop/web{i}")).ToList();
        fault.Remove();
        scene.Requests.Clear();
        var finished = await scene.PromoteAsync(requests);

        Assert.Equal(ExitCode.Unavailable, failed.ExitCode);
        Assert.Equal([ImageOutcome.NotCommitted, ImageOutcome.Failed, ImageOutcome.NotCommitted], failed.Images.Select(i => i.Outcome));
        Assert.Empty(tagsAfterFailure);
        Assert.Equal(ExitCode.Done, finished.ExitCode);
        Assert.Equal(0, scene.Requests.Count(EmulatedAction.FinishUpload));
        Assert.All(Enumerable.Range(0, 3), i => Assert.Empty(scene.Target.FindProblems($"shop/web{i}", "1.0")));
    }

    [Fact]
    public async Task Independent_images_are_committed_one_by_one()
    {
        await using var scene = await Scene.StartAsync();
        scene.Run = new PromotionOptions { Independent = true };
        scene.Given(SampleImages.Single("web0"), repository: "shop/web0");
        scene.Given(SampleImages.Single("web1"), repository: "shop/web1");

        var report = await scene.PromoteAsync(scene.Request("shop/web0:1.0"), scene.Request("shop/web1:1.0"), scene.Request("shop/web2:1.0"));

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
        Assert.Equal([ImageOutcome.Promoted, ImageOutcome.Promoted, ImageOutcome.Failed], report.Images.Select(i => i.Outcome));
    }

    [Fact]
    public async Task The_first_tag_that_is_refused_ends_the_commit_of_an_all_or_nothing_run()
    {
        await using var scene = await Scene.StartAsync();
        var requests = Enumerable.Range(0, 40).Select(i =>
        {
            scene.Given(SampleImages.Single("web"), repository: $"shop/web{i}");
            return scene.Request($"shop/web{i}:1.0");
        }).ToArray();
        scene.Faults.Inject(Effect.Status(403), EmulatedAction.PutTag, times: FaultScript.Always);

        var report = await scene.PromoteAsync(requests);

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Empty(report.Tags);
        Assert.InRange(scene.Requests.Count(EmulatedAction.PutTag), 1, 16);
    }

    [Fact]
    public async Task Layers_that_vanish_between_upload_and_manifest_are_sent_again()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.LayersVanish, EmulatedAction.PutTag);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task An_interruption_is_reported_moves_no_tag_and_the_next_run_finishes()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(200_000, 1).Build());
        using var interrupt = new CancellationTokenSource();
        var fault = scene.Faults.Inject(Effect.Stall(BodyPosition.Percent(50)), EmulatedAction.FinishUpload, times: FaultScript.Always);

        var running = scene.PromoteAsync(interrupt.Token, scene.Request());
        await scene.Requests.WaitForAsync(r => r.Action == EmulatedAction.FinishUpload, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        var interrupted = await running;
        fault.Remove();
        var finished = await scene.PromoteAsync();

        Assert.True(interrupted.Interrupted);
        Assert.Equal(ExitCode.Interrupted, interrupted.ExitCode);
        Assert.Equal(ImageOutcome.NotCommitted, interrupted.Images[0].Outcome);
        Assert.Empty(interrupted.Tags);
        Assert.Equal(ExitCode.Done, finished.ExitCode);
    }

    [Fact]
    public async Task Two_promoters_at_once_give_the_same_result()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.NestedIndex("web"));

        var reports = await Task.WhenAll(scene.PromoteAsync(), scene.PromoteAsync());

        Assert.All(reports, r => Assert.Equal(ExitCode.Done, r.ExitCode));
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task Two_promoters_at_once_give_the_same_result_where_tags_are_immutable()
    {
        await using var scene = await Scene.StartEcrAsync();
        var images = Enumerable.Range(0, 5).Select(i => scene.Given(SampleImages.TwoPlatforms($"web{i}"), repository: $"shop/web{i}")).ToList();
        for (var i = 0; i < images.Count; i++) scene.Target.SettingsOf($"shop/web{i}").TagMutability = "IMMUTABLE";
        var requests = Enumerable.Range(0, images.Count).Select(i => scene.Request($"shop/web{i}:1.0")).ToArray();

        var reports = await Task.WhenAll(scene.PromoteAsync(requests), scene.PromoteAsync(requests));

        Assert.All(reports, r => Assert.Equal(ExitCode.Done, r.ExitCode));
        for (var i = 0; i < images.Count; i++) Assert.Equal(images[i].Digest, scene.Target.DigestOf($"shop/web{i}", "1.0"));
    }

    [Fact]
    public void Two_images_that_claim_one_tag_are_refused_and_repetitions_are_not()
    {
        var a = Request("target.test/a:1", "source.test/a:1");
        var same = Request("target.test/a:1", "source.test/a:1");
        var other = Request("target.test/a:1", "source.test/b:1");
        var elsewhere = Request("target.test/a:2", "source.test/b:1");

        Assert.Equal([a, elsewhere], TargetClaims.Distinct([a, same, elsewhere]));
        var error = Assert.Throws<PromotionException>(() => TargetClaims.Distinct([a, other]));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("source.test/a:1", error.Message);
        Assert.Contains("source.test/b:1", error.Message);
        Assert.Contains("target.test/a:1", error.Message);
    }

    [Fact]
    public void An_implied_tag_claims_as_a_written_one_does()
    {
        Assert.Throws<PromotionException>(() => TargetClaims.Distinct([Request("target.test/a", "source.test/a"), Request("target.test/a:latest", "source.test/b")]));
    }

    [Theory]
    [InlineData(RegistryFault.NotFound, Side.Source, ExitCode.MissingAtSource)]
    [InlineData(RegistryFault.NotFound, Side.Target, ExitCode.Usage)]
    [InlineData(RegistryFault.Denied, Side.Source, ExitCode.AccessDenied)]
    [InlineData(RegistryFault.Throttled, Side.Target, ExitCode.Unavailable)]
    [InlineData(RegistryFault.Unreachable, Side.Source, ExitCode.Unavailable)]
    [InlineData(RegistryFault.TagConflict, Side.Target, ExitCode.TagConflict)]
    [InlineData(RegistryFault.Unsupported, Side.Source, ExitCode.Refused)]
    [InlineData(RegistryFault.Corrupt, Side.Source, ExitCode.Unexpected)]
    [InlineData(RegistryFault.Protocol, Side.Target, ExitCode.Unexpected)]
    [InlineData(RegistryFault.ContentMissing, Side.Target, ExitCode.Unexpected)]
    public void Every_fault_has_its_exit_code(RegistryFault fault, Side side, ExitCode code) => Assert.Equal(code, ExitCodes.Of(new RegistryException(fault, "x") { Side = side }));

    [Fact]
    public void What_needs_a_person_wins_over_what_running_again_may_cure()
    {
        var unavailable = new RegistryException(RegistryFault.Unreachable, "x");
        var denied = new RegistryException(RegistryFault.Denied, "x");

        Assert.Equal(ExitCode.Done, ExitCodes.OfAll([]));
        Assert.Equal(ExitCode.Done, ExitCodes.Of(null));
        Assert.Equal(ExitCode.AccessDenied, ExitCodes.OfAll([unavailable, denied, unavailable]));
        Assert.Equal(ExitCode.Interrupted, ExitCodes.OfAll([denied, new OperationCanceledException()]));
        Assert.Equal(ExitCode.Refused, ExitCodes.Of(new PromotionException(ExitCode.Refused, "x")));
        Assert.Equal(ExitCode.Unexpected, ExitCodes.Of(new InvalidOperationException()));
    }

    private static PromotionRequest Request(string target, string source) => new(ImageReference.Parse(target), ImageReference.Parse(source));
}
