using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Job.Output;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Commands;

/// <summary>A promotion that several pods of an Indexed Job share.</summary>
public sealed class ShardTests
{
    private const int Images = 8;

    [Fact]
    public async Task Every_image_is_owned_by_exactly_one_shard()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var digests = Enumerable.Range(0, 100).Select(i => Digest.Of(BitConverter.GetBytes(i))).ToList();

        foreach (var count in (int[])[1, 2, 3, 7])
        {
            Assert.All(digests, d => Assert.Single(Enumerable.Range(0, count), i => new Shard(i, count).Owns(d)));
        }
    }

    [Fact]
    public async Task Two_shards_bring_everything_once_and_both_commit()
    {
        await using var registries = await TwoRegistries.StartAsync();
        Fill(registries);

        var reports = await Task.WhenAll(RunAsync(registries, new Shard(0, 2)), RunAsync(registries, new Shard(1, 2)));

        Assert.All(reports, r => Assert.Equal(ExitCode.Done, r.ExitCode));
        Assert.Equal(Images, reports.Sum(r => r.Images.Count(i => i.Outcome == ImageOutcome.Promoted)));
        for (var i = 0; i < Images; i++) Assert.Empty(registries.Target.FindProblems($"shop/app{i}", "1"));
    }

    [Fact]
    public async Task A_shard_that_is_lost_in_the_middle_keeps_every_tag_back_until_its_work_is_done()
    {
        await using var registries = await TwoRegistries.StartAsync();
        Fill(registries);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var release = new TaskCompletionSource();
        var heldImage = Enumerable.Range(0, Images).First(i => new Shard(1, 2).Owns(Digest.Parse(registries.Source.DigestOf($"shop/app{i}", "1")!)));
        registries.Target.Faults.Inject(Effect.Hold(release.Task), EmulatedAction.PutManifest, repository: $"shop/app{heldImage}", times: 1);

        var first = RunAsync(registries, new Shard(0, 2));
        var second = RunAsync(registries, new Shard(1, 2), lost.Token);
        // The second is in the middle, and the first is waiting for what it holds.
        await registries.Target.Requests.WaitForAsync(r => r.Action == EmulatedAction.PutManifest && r.Repository == $"shop/app{heldImage}", TestContext.Current.CancellationToken);
        await registries.Target.Requests.WaitForAsync(r => r.Action == EmulatedAction.HeadManifest && r.Repository == $"shop/app{heldImage}" && r.Reference.StartsWith("sha256:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await lost.CancelAsync();
        var interrupted = await second;
        release.SetResult();
        var tagsWhileLost = Enumerable.Range(0, Images).Select(i => registries.Target.DigestOf($"shop/app{i}", "1")).ToList();
        var again = await RunAsync(registries, new Shard(1, 2));

        Assert.True(interrupted.Interrupted);
        Assert.All(tagsWhileLost, Assert.Null);
        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal(ExitCode.Done, (await first).ExitCode);
        for (var i = 0; i < Images; i++) Assert.Empty(registries.Target.FindProblems($"shop/app{i}", "1"));
    }

    [Fact]
    public async Task Shards_without_an_index_exit_with_2_and_name_the_variable()
    {
        var result = await JobHarness.RunAsync("promote", "--shards", "3", "--from", "127.0.0.1:1", "--to", "127.0.0.1:2", "127.0.0.1:2/a:1");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("JOB_COMPLETION_INDEX", result.Error, StringComparison.Ordinal);
    }

    private static void Fill(TwoRegistries registries)
    {
        for (var i = 0; i < Images; i++) registries.Source.Push($"shop/app{i}", SampleImages.Single($"app{i}"), "1");
    }

    private static async Task<PromotionReport> RunAsync(TwoRegistries registries, Shard shard, CancellationToken cancellationToken = default)
    {
        using var services = new JobServices(new PromotionConfig(), NullLoggerFactory.Instance);
        var requests = Enumerable.Range(0, Images)
            .Select(i => new PromotionRequest(ImageReference.Parse(registries.To($"shop/app{i}:1")), ImageReference.Parse(registries.From($"shop/app{i}:1"))))
            .ToList();
        var plan = await new PromotionPlanner(services.Registries).PlanAsync(requests, [], cancellationToken);
        var view = new ProgressLog(NullLogger<ProgressLog>.Instance);
        var executor = new PromotionExecutor(services.Registries, services.ClientOptions, new PromotionOptions { Shard = shard }, view, TimeProvider.System, NullLoggerFactory.Instance);
        return await executor.ExecuteAsync(plan, cancellationToken);
    }
}
