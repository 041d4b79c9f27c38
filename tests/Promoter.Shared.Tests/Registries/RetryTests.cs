using Microsoft.AspNetCore.Http;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

public sealed class RetryTests
{
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

        var manifest = await scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken);

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

        var fetching = scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken);

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

        Assert.NotNull(await scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));
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

        Assert.NotNull(await scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));
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
        using var clients = StubServer.Clients(options: Scene.ShortTimeouts);

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "x", Side.Source).FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Denied, error.Fault);
    }

    [Fact]
    public async Task The_callers_cancellation_is_not_retried()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Stall(), EmulatedAction.GetManifest, times: FaultScript.Always);
        using var caller = new CancellationTokenSource();

        var fetching = scene.SourceRepository().FetchManifestAsync(Scene.ByTag, caller.Token);
        await scene.Requests.WaitForAsync(r => r.Action == EmulatedAction.GetManifest, TestContext.Current.CancellationToken);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task A_manifest_by_tag_is_held_to_the_digest_that_the_registry_gives_for_it()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.Byte(3)), EmulatedAction.GetManifest);

        var manifest = await scene.SourceRepository().FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken);

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
}
