using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>A run that outlives its registry tokens (twelve hours), its sessions (one hour) and its presigned URLs (minutes).</summary>
public sealed class LongRunTests
{
    private const int Images = 12;
    private static readonly string[] References = [.. Enumerable.Range(0, Images).Select(i => $"shop/web{i}:1")];

    [Fact]
    public async Task It_goes_on_with_new_tokens_and_new_sessions_each_fetched_once()
    {
        await using var scene = await SceneAsync();

        var report = await PromoteAsync(scene, duringTheCopy: () =>
        {
            // The cluster rotates the token of the service account in time.
            scene.RotateToken(TimeSpan.FromHours(14));
            scene.Aws.Clock.Advance(TimeSpan.FromHours(13));
        });

        Assert.True(report.ExitCode == ExitCode.Done, string.Join('\n', report.Images.Select(i => i.Failure?.Message)));
        foreach (var reference in References) Assert.Empty(scene.Aws.Target.FindProblems(reference[..^2], "1"));
        Assert.Equal(4, scene.Requests.Where(operation: "GetAuthorizationToken").Count(r => r.Status == 200));
        Assert.Equal(4, scene.Requests.Count(operation: "AssumeRoleWithWebIdentity"));
    }

    [Fact]
    public async Task It_ends_with_one_reason_where_the_session_cannot_be_renewed()
    {
        await using var scene = await SceneAsync();

        var report = await PromoteAsync(scene, duringTheCopy: () => scene.Aws.Clock.Advance(TimeSpan.FromHours(13)));

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.All(report.Images.Where(i => i.Failure is not null), i => Assert.Contains("have expired and were not renewed", i.Failure!.Message, StringComparison.Ordinal));
        Assert.All(References, reference => Assert.Null(scene.Aws.Target.DigestOf(reference[..^2], "1")));
    }

    private static async Task<EcrScene> SceneAsync()
    {
        var scene = await EcrScene.StartAsync();
        scene.Referrers = Promoter.Copying.ReferrerSelection.None;
        foreach (var reference in References)
        {
            scene.Aws.Source.Push(reference[..^2], SampleImages.Single(reference), "1");
            scene.Aws.Target.CreateRepository(reference[..^2]);
        }

        return scene;
    }

    /// <summary>Halts every layer, lets time pass, and goes on.</summary>
    private static async Task<PromotionReport> PromoteAsync(EcrScene scene, Action duringTheCopy)
    {
        var goOn = new TaskCompletionSource();
        scene.Aws.Faults.Inject(Effect.Hold(goOn.Task), EmulatedAction.GetLayer, times: FaultScript.Always);
        var run = scene.PromoteAsync(References);
        await scene.Requests.WaitForAsync(r => r.Action == EmulatedAction.GetLayer, TestContext.Current.CancellationToken);
        duringTheCopy();
        goOn.SetResult();
        return await run;
    }
}
