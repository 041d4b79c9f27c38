using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry.Authentication;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;
using RegistryOptions = Promoter.Emulator.RegistryOptions;

namespace Promoter.Tests.Registries;

public sealed class AuthenticationTests
{
    private static readonly RegistryCredential User = FixedCredentials.User;

    [Fact]
    public async Task An_anonymous_registry_is_asked_without_a_credential()
    {
        await using var scene = await Scene.StartAsync();
        scene.Credentials = new FixedCredentials(_ => User);
        scene.Given(SampleImages.Single("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.DoesNotContain(scene.Requests.All, r => r.HasAuthorization);
    }

    [Fact]
    public async Task Basic_is_answered_once_and_then_sent_with_every_request()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Basic);
        scene.Given(SampleImages.TwoPlatforms("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Single(scene.Requests.All, r => r.Account == Scene.SourceName && r.Status == 401);
        Assert.Single(scene.Requests.All, r => r.Account == Scene.TargetName && r.Status == 401);
    }

    [Fact]
    public async Task A_bearer_registry_gives_one_token_per_scope()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Bearer);
        scene.Given(SampleImages.TwoPlatforms("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetToken, Scene.SourceName));
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetToken, Scene.TargetName));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_token_may_be_called_token_or_access_token(bool token, bool accessToken)
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Bearer, new BearerOptions { SendsToken = token, SendsAccessToken = accessToken, SendsExpiry = false });
        scene.Given(SampleImages.Single("web"));

        Assert.Equal(ExitCode.Done, (await scene.PromoteAsync()).ExitCode);
    }

    [Fact]
    public async Task Without_a_credential_a_bearer_registry_is_pulled_from_anonymously()
    {
        await using var scene = await Scene.StartAsync(new RegistryOptions { Authentication = RegistryAuthentication.Bearer, Bearer = new BearerOptions { AnonymousPull = true } });
        scene.Given(SampleImages.Single("web"));

        Assert.Equal(ExitCode.Done, (await scene.PromoteAsync()).ExitCode);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_by_POST()
    {
        await using var scene = await Scene.StartAsync(new RegistryOptions { Authentication = RegistryAuthentication.Bearer });
        var identity = scene.Source.IssueIdentityToken(new RegistryUser("user", "secret"));
        scene.Credentials = new FixedCredentials(_ => RegistryCredential.IdentityToken(identity));
        scene.Given(SampleImages.Single("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.All(scene.Requests.Where(EmulatedAction.GetToken), r => Assert.Equal("POST", r.Method));
    }

    [Fact]
    public async Task A_mount_asks_for_the_right_to_pull_from_the_donor_in_the_same_token()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Bearer);
        var image = SampleImages.Single("web");
        scene.Given(image, repository: "shop/one");
        scene.Given(image, repository: "shop/two");

        var report = await scene.PromoteAsync(scene.Request("shop/one:1.0"), scene.Request("shop/two:1.0"));

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(image.AllBlobs().Count, report.Images[1].BlobsMounted);
        Assert.Equal(image.AllBlobs().Count, scene.Requests.Count(EmulatedAction.GetBlob, Scene.SourceName));
    }

    [Fact]
    public async Task Whoever_may_not_read_the_donor_uploads_instead_of_mounting()
    {
        await using var scene = await Scene.StartAsync();
        var image = SampleImages.Single("web");
        scene.Given(image, repository: "shop/one");
        scene.Given(image, repository: "shop/two");
        scene.Faults.Inject(Effect.Status(403), EmulatedAction.Mount, times: FaultScript.Always);

        var report = await scene.PromoteAsync(scene.Request("shop/one:1.0"), scene.Request("shop/two:1.0"));

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(0, report.Images[1].BlobsMounted);
        Assert.Empty(scene.Target.FindProblems("shop/two", "1.0"));
    }

    [Theory]
    [InlineData(RegistryAuthentication.Basic)]
    [InlineData(RegistryAuthentication.Bearer)]
    public async Task A_wrong_password_is_access_denied_and_says_where_it_came_from(RegistryAuthentication authentication)
    {
        await using var scene = await Scene.StartAsync(authentication);
        scene.Credentials = new FixedCredentials(_ => RegistryCredential.Basic("user", "wrong") with { Origin = "docker config /x" });
        scene.Given(SampleImages.Single("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.DoesNotContain("wrong", report.Images[0].Failure!.ToString(), StringComparison.Ordinal);
        if (authentication == RegistryAuthentication.Bearer) Assert.Contains("docker config /x", report.Images[0].Failure!.Message);
        Assert.InRange(scene.Requests.All.Count, 1, 4);
    }

    [Fact]
    public async Task A_missing_permission_is_not_tried_again()
    {
        await using var scene = await Scene.StartAsync(target: new RegistryOptions { Authentication = RegistryAuthentication.Basic, Users = [new RegistryUser("user", "secret", MayPush: false)] });
        scene.Credentials = new FixedCredentials(_ => User);
        scene.Given(SampleImages.Single("web", layers: 0));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.StartUpload));
    }

    [Fact]
    public async Task A_layer_host_never_sees_the_registrys_credential()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.TwoPlatforms("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.NotEmpty(scene.Requests.Where(EmulatedAction.GetLayer));
        Assert.All(scene.Requests.Where(EmulatedAction.GetLayer), r => Assert.False(r.HasAuthorization));
        Assert.All(scene.Requests.All.Where(r => r.Action != EmulatedAction.GetLayer), r => Assert.True(r.HasAuthorization));
    }

    [Fact]
    public async Task Many_requests_at_once_look_a_credential_up_once()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Basic);
        var credentials = new FixedCredentials(_ => User);
        scene.Credentials = credentials;
        var repository = scene.TargetRepository();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => repository.HasBlobAsync(Digest.Of(BitConverter.GetBytes(i)), TestContext.Current.CancellationToken)));

        Assert.Single(credentials.LookUps);
    }

    [Fact]
    public async Task A_refused_credential_is_named_to_its_source_so_that_it_makes_a_new_one()
    {
        await using var scene = await Scene.StartAsync(RegistryAuthentication.Basic);
        var answers = new Queue<RegistryCredential>([RegistryCredential.Basic("user", "old"), User]);
        var credentials = new FixedCredentials(_ => answers.Dequeue());
        scene.Credentials = credentials;

        var found = await scene.TargetRepository().HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken);

        Assert.False(found);
        Assert.Equal(["", "old"], credentials.LookUps.Select(l => l.Rejected?.Secret ?? ""));
    }

    [Fact]
    public void A_credential_never_prints_its_secret()
    {
        Assert.DoesNotContain("secret", User.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", RegistryCredential.IdentityToken("hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new Promoter.Registries.Authentication.DockerAuthEntry("hush", "u", "hush", "hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new Promoter.Registries.Authentication.CredentialHelperAnswer("u", "hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new Promoter.Registries.Authentication.TokenServerAnswer("hush", "hush", 1).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new Promoter.Registries.Authentication.BearerToken("hush", DateTimeOffset.MaxValue).ToString(), StringComparison.Ordinal);
    }
}
