using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry.Authentication;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Tests.Promotion;
using RegistryOptions = Promoter.Emulator.RegistryOptions;

namespace Promoter.Tests.Registries;

/// <summary>Credentials that end in the middle of the work.</summary>
public sealed class TokenExpiryTests
{
    [Fact]
    public async Task A_bearer_token_that_expired_is_renewed_once_and_the_work_goes_on()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Bearer);
        scene.Given(SampleImages.Single("web"));
        var fault = scene.Faults.Inject(Effect.ExpiredToken, r => r.Account == Scene.TargetName && r.Action is EmulatedAction.PutTag);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(1, fault.Hits);
        Assert.Equal(2, scene.Requests.Count(EmulatedAction.GetToken, Scene.TargetName));
    }

    [Fact]
    public async Task A_bearer_token_is_renewed_before_it_expires()
    {
        var time = new ManualTime();
        await using var scene = await Scene.StartAsync(new RegistryOptions { Authentication = RegistryAuthentication.Bearer, Clock = time, Bearer = new BearerOptions { TokenLifetime = TimeSpan.FromSeconds(100) } });
        scene.Time = time;
        scene.Credentials = new FixedCredentials(_ => FixedCredentials.User);
        var image = scene.Given(SampleImages.Single("web"));
        var repository = scene.SourceRepository();

        await repository.FetchManifestAsync(ManifestReference.Of(Digest.Parse(image.Digest)), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(95));
        await repository.FetchManifestAsync(ManifestReference.Of(Digest.Parse(image.Digest)), TestContext.Current.CancellationToken);

        Assert.Equal(2, scene.Requests.Count(EmulatedAction.GetToken));
        Assert.Single(scene.Requests.All, r => r.Status == 401);
    }

    [Theory]
    [InlineData(EmulatedAction.GetManifest)]
    [InlineData(EmulatedAction.HeadManifest)]
    [InlineData(EmulatedAction.HeadBlob)]
    [InlineData(EmulatedAction.GetBlob)]
    [InlineData(EmulatedAction.StartUpload)]
    [InlineData(EmulatedAction.FinishUpload)]
    [InlineData(EmulatedAction.PutTag)]
    public async Task An_ECR_token_that_expires_at_any_request_is_renewed(EmulatedAction action)
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web"));
        var expired = false;
        scene.Faults.Inject(Effect.Hold(Task.CompletedTask), r =>
        {
            if (expired || r.Action != action) return false;
            expired = true;
            scene.Aws.ExpireTokens();
            return false;
        });
        scene.Faults.Inject(Effect.ExpiredToken, action);

        var report = await scene.PromoteAsync();

        Assert.Null(report.Images[0].Failure);
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_HEAD_that_is_forbidden_is_not_mistaken_for_an_expired_token()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(403), EmulatedAction.HeadManifest, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.HeadManifest));
    }

    [Fact]
    public async Task A_token_that_is_refused_again_right_after_its_renewal_is_access_denied()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.ExpiredToken, EmulatedAction.FinishUpload, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
        Assert.InRange(scene.Requests.Count(EmulatedAction.FinishUpload), 2, 8);
    }
}
