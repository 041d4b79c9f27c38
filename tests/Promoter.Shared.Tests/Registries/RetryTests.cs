using Microsoft.AspNetCore.Http;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

public sealed class RetryTests
{
    private static readonly ManifestReference Latest = ManifestReference.Of(Tag.Parse("1.0"));

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_trouble_is_retried(int status)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.GetManifest, times: 2);

        var manifest = await scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken);

        Assert.Equal(image.Digest, manifest!.Digest.ToString());
        Assert.Equal(3, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_final_answer_is_not_retried(int status)
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.GetManifest, times: FaultScript.Always);

        var fetching = scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken);

        if (status == 404) Assert.Null(await fetching);
        else await Assert.ThrowsAsync<RegistryException>(() => fetching);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Theory]
    [InlineData(503, ExitCode.Unavailable, RegistryFault.Unreachable)]
    [InlineData(429, ExitCode.Unavailable, RegistryFault.Throttled)]
    public async Task Retries_come_to_an_end(int status, ExitCode exit, RegistryFault fault)
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.GetManifest, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(exit, report.ExitCode);
        Assert.Equal(fault, Assert.IsType<RegistryException>(report.Images[0].Failure).Fault);
        Assert.Equal(1 + scene.Options.Retries, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task No_retries_may_be_asked_for()
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Scene.FastRetries with { Retries = 0 };
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(503), EmulatedAction.GetManifest);

        Assert.Equal(ExitCode.Unavailable, (await scene.PromoteAsync()).ExitCode);
    }

    [Fact]
    public async Task A_reset_is_retried()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Reset(), EmulatedAction.GetManifest);
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Percent(50)), EmulatedAction.GetManifest);

        Assert.NotNull(await scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken));
        Assert.Equal(3, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Theory]
    [InlineData("before the headers")]
    [InlineData("in the body")]
    [InlineData("in an error's body")]
    public async Task A_registry_that_falls_silent_is_given_up_and_asked_again(string where)
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Scene.ShortTimeouts;
        scene.Given(SampleImages.Single("web"));
        if (where == "in an error's body") scene.Faults.Inject(Effect.Status(503), EmulatedAction.GetManifest, first: 2);
        scene.Faults.Inject(Effect.Stall(where == "before the headers" ? BodyPosition.Start : BodyPosition.Byte(1)), EmulatedAction.GetManifest);

        Assert.NotNull(await scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_error_whose_explanation_never_comes_is_still_an_error()
    {
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var clients = AuthenticationTests.Clients(options: Scene.ShortTimeouts);

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "x", Side.Source).FetchManifestAsync(Latest, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Denied, error.Fault);
    }

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
        await Until(() => server.Seen.Count == 1 && time.NextDue == TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(19));
        await Task.Yield();
        Assert.Single(server.Seen);
        await AdvanceUntil(time, asking);

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

        var manifest = await Assert.ThrowsAsync<RegistryException>(() => scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken));

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
        await AdvanceUntil(time, asking);

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
        await AdvanceUntil(time, running);
        var report = await running;

        Assert.Null(report.Images[0].Failure);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_retried()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Stall(), EmulatedAction.GetManifest, times: FaultScript.Always);
        using var caller = new CancellationTokenSource();

        var fetching = scene.SourceRepository().FetchManifestAsync(Latest, caller.Token);
        await scene.Requests.WaitForAsync(r => r.Action == EmulatedAction.GetManifest, TestContext.Current.CancellationToken);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task A_registry_that_is_down_is_unavailable_and_says_where()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        var host = scene.Target.Host;
        await scene.Target.DisposeAsync();

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Contains(host, report.Images[0].Failure!.Message);
        Assert.Contains("refused the connection", report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named_and_not_retried()
    {
        await using var scene = await Scene.StartAsync(source: new Promoter.Emulator.RegistryOptions { Tls = true });
        using var clients = new RegistryClients(
            new FixedCredentials(), [new RegistryOptions { Host = "tls.test", Endpoint = scene.Source.Endpoint }], Scene.FastRetries, [], TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, () => 0.5);

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("tls.test", "x", Side.Source).FetchManifestAsync(Latest, TestContext.Current.CancellationToken));

        Assert.Contains("certificate", error.Message);
        Assert.Contains("SSL_CERT_FILE", error.Message);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Plain_HTTP_to_a_TLS_port_and_TLS_to_a_plain_port_say_what_is_wrong()
    {
        await using var scene = await Scene.StartAsync(source: new Promoter.Emulator.RegistryOptions { Tls = true });
        using var clients = new RegistryClients(
            new FixedCredentials(),
            [
                new RegistryOptions { Host = "plain.test", Endpoint = new Uri("http://" + scene.Source.Host) },
                new RegistryOptions { Host = "tls.test", Endpoint = new Uri("https://" + scene.Target.Host) },
            ],
            Scene.FastRetries,
            [],
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            () => 0.5);

        var plain = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("plain.test", "x", Side.Source).FetchManifestAsync(Latest, TestContext.Current.CancellationToken));
        var tls = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("tls.test", "x", Side.Source).FetchManifestAsync(Latest, TestContext.Current.CancellationToken));

        Assert.Contains("https://", plain.Message);
        Assert.Contains("does not speak TLS", tls.Message);
    }

    [Fact]
    public async Task HTML_where_a_manifest_was_due_points_to_a_proxy()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Html(), EmulatedAction.GetManifest, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unexpected, report.ExitCode);
        Assert.Contains("proxy", report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_manifest_by_tag_is_held_to_the_digest_that_the_registry_gives_for_it()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.Byte(3)), EmulatedAction.GetManifest);

        var manifest = await scene.SourceRepository().FetchManifestAsync(Latest, TestContext.Current.CancellationToken);

        Assert.Equal(image.Digest, manifest!.Digest.ToString());
        Assert.Equal(2, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task A_tag_that_has_moved_although_no_answer_came_is_a_success()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Faults.Inject(Effect.AnswerLost, EmulatedAction.PutTag, times: FaultScript.Always);
        scene.Faults.Inject(Effect.AnswerLost, EmulatedAction.PutManifest, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Single(report.Tags);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    internal static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++) await Task.Delay(5);
        Assert.True(condition(), "what was waited for did not come");
    }

    internal static async Task AdvanceUntil(ManualTime time, Task done)
    {
        for (var i = 0; i < 4000 && !done.IsCompleted; i++)
        {
            await Task.Delay(1);
            if (time.Waiting > 0) time.Advance(TimeSpan.FromMilliseconds(250));
        }
    }
}
