using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>How long a registry is waited for: as long as it asks, and not beyond the limit.</summary>
public sealed class RetryLimitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_After_is_waited_for_in_seconds_and_as_a_date(bool asDate)
    {
        var time = new ManualTime();
        var tries = 0;
        await using var server = await StubServer.StartAsync(context =>
        {
            if (tries++ > 0)
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            }

            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = asDate ? time.GetUtcNow().AddSeconds(20).ToString("r") : "20";
            return Task.CompletedTask;
        });
        using var clients = new RegistryClients(new FixedCredentials(), [], Scene.FastRetries, [], time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, () => 0.5);

        var asking = clients.Repository(server.Host, "x", Side.Target).HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => server.Seen.Count == 1 && time.NextDue == TimeSpan.FromSeconds(20), "nobody waits for 20 seconds");
        time.Advance(TimeSpan.FromSeconds(19));
        await Task.Yield();
        Assert.Single(server.Seen);
        await time.AdvanceUntilAsync(asking);

        Assert.False(await asking);
        Assert.Equal(2, server.Seen.Count);
    }

    [Fact]
    public async Task A_Retry_After_beyond_the_limit_is_not_waited_for()
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Scene.FastRetries with { RetryLimit = TimeSpan.FromMinutes(5) };
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(503, TimeSpan.FromHours(1)), EmulatedAction.GetManifest, times: FaultScript.Always);
        scene.Faults.Inject(Effect.Status(429, TimeSpan.FromHours(1)), EmulatedAction.GetBlob, times: FaultScript.Always);

        var manifest = await Assert.ThrowsAsync<RegistryException>(() => scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));

        Assert.Equal(TimeSpan.FromHours(1), manifest.RetryAfter);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task A_blob_whose_source_asks_for_a_longer_wait_than_the_limit_fails_at_once()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web", layers: 0));
        scene.Faults.Inject(Effect.Status(503, TimeSpan.FromHours(1)), EmulatedAction.GetBlob, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetBlob));
    }

    [Fact]
    public async Task A_source_that_keeps_failing_is_not_asked_retries_times_retries()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web", layers: 0));
        scene.Faults.Inject(Effect.Status(500), EmulatedAction.GetBlob, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Equal(1 + scene.Options.Retries, scene.Requests.Count(EmulatedAction.GetBlob));
        Assert.Equal(Side.Source, Assert.IsType<RegistryException>(report.Images[0].Failure).Side);
    }

    [Fact]
    public async Task The_total_limit_ends_the_retries_of_what_makes_no_progress()
    {
        var time = new ManualTime();
        await using var server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        var options = Scene.FastRetries with { Retries = 1000, RetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromSeconds(1), RetryLimit = TimeSpan.FromSeconds(30) };
        using var clients = new RegistryClients(new FixedCredentials(), [], options, [], time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, () => 0.5);
        var started = time.GetUtcNow();

        var asking = clients.Repository(server.Host, "x", Side.Target).HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken);
        await time.AdvanceUntilAsync(asking);

        await Assert.ThrowsAsync<RegistryException>(() => asking);
        Assert.InRange(time.GetUtcNow() - started, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(300));
    }

    [Fact]
    public async Task An_upload_that_moved_bytes_may_be_tried_again_although_it_took_longer_than_the_limit()
    {
        await using var scene = await Scene.StartAsync();
        var time = new ManualTime();
        var patience = TimeSpan.FromDays(1);
        scene.Time = time;
        scene.Options = Scene.FastRetries with { RetryLimit = TimeSpan.FromMinutes(5), ResponseTimeout = patience, IdleTimeout = patience, CommitTimeout = patience };
        scene.Given(new ImageBuilder().WithRandomLayer(200_000, 1).Build());
        var calls = 0;
        scene.Observer = new SceneObserver((blob, _) =>
        {
            if (blob.Size > 100_000 && Interlocked.Increment(ref calls) == 1) time.Advance(TimeSpan.FromHours(1));
        });
        scene.Faults.Inject(Effect.Reset(BodyPosition.LastByte), r => r.Action == EmulatedAction.FinishUpload && r.ContentLength > 100_000);

        var running = scene.PromoteAsync();
        await time.AdvanceUntilAsync(running);
        var report = await running;

        Assert.Null(report.Images[0].Failure);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }
}
