using System.Text;
using Microsoft.AspNetCore.Http;
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
    private static readonly RegistryCredential User = RegistryCredential.Basic("user", "secret") with { Origin = "test" };

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
        await using var scene = await StartAsync(RegistryAuthentication.Basic);
        scene.Given(SampleImages.TwoPlatforms("web"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Single(scene.Requests.All, r => r.Account == Scene.SourceName && r.Status == 401);
        Assert.Single(scene.Requests.All, r => r.Account == Scene.TargetName && r.Status == 401);
    }

    [Fact]
    public async Task A_bearer_registry_gives_one_token_per_scope()
    {
        await using var scene = await StartAsync(RegistryAuthentication.Bearer);
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
        await using var scene = await StartAsync(RegistryAuthentication.Bearer, new BearerOptions { SendsToken = token, SendsAccessToken = accessToken, SendsExpiry = false });
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
        await using var scene = await StartAsync(RegistryAuthentication.Bearer);
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
        await using var scene = await StartAsync(authentication);
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
    public async Task A_bearer_token_that_expired_is_renewed_once_and_the_work_goes_on()
    {
        await using var scene = await StartAsync(RegistryAuthentication.Bearer);
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
        scene.Credentials = new FixedCredentials(_ => User);
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
        await using var scene = await StartAsync(RegistryAuthentication.Basic);
        var credentials = new FixedCredentials(_ => User);
        scene.Credentials = credentials;
        var repository = scene.TargetRepository();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => repository.HasBlobAsync(Digest.Of(BitConverter.GetBytes(i)), TestContext.Current.CancellationToken)));

        Assert.Single(credentials.LookUps);
    }

    [Fact]
    public async Task A_refused_credential_is_named_to_its_source_so_that_it_makes_a_new_one()
    {
        await using var scene = await StartAsync(RegistryAuthentication.Basic);
        var answers = new Queue<RegistryCredential>([RegistryCredential.Basic("user", "old"), User]);
        var credentials = new FixedCredentials(_ => answers.Dequeue());
        scene.Credentials = credentials;

        var found = await scene.TargetRepository().HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken);

        Assert.False(found);
        Assert.Equal(["", "old"], credentials.LookUps.Select(l => l.Rejected?.Secret ?? ""));
    }

    [Theory]
    [InlineData("""Bearer realm="http://evil.test/token",service="s" """, "plain HTTP")]
    [InlineData("""Bearer realm="/token",service="s" """, "scheme")]
    [InlineData("""Bearer realm="https://169.254.169.254/token" """, "internal")]
    [InlineData("""Bearer service="s" """, "token server")]
    public async Task A_challenge_that_leads_astray_is_not_answered(string challenge, string reason)
    {
        // Seen from a registry that is neither local nor plain; the answer comes from a stub.
        var endpoint = new RegistryEndpoint(new Promoter.Registries.RegistryOptions { Host = "registry.test" });
        using var http = new HttpMessageInvoker(new Answers(challenge));
        using var authenticator = new Promoter.Registries.Authentication.RegistryAuthenticator(
            endpoint, new FixedCredentials(_ => User), new Promoter.Registries.Authentication.TokenServer(endpoint, http, Scene.FastRetries, TimeProvider.System), TimeProvider.System);
        var transport = new RegistryTransport(
            endpoint, http, authenticator, new RequestPacer(_ => null, Scene.FastRetries, TimeProvider.System), Scene.FastRetries, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var request = new RegistryRequest(HttpMethod.Get, new Uri("https://registry.test/v2/x/manifests/1"), RegistryAction.ReadManifest, "fetch manifest", []);

        var error = await Assert.ThrowsAsync<RegistryException>(() => transport.SendAsync(request, new RequestOrigin(Side.Source, "registry.test", "x"), TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        Assert.Contains(reason, error.Message);
        Assert.False(error.IsTransient);
    }

    [Theory]
    [InlineData(404, ExitCode.Unexpected, 1)]
    [InlineData(302, ExitCode.Unexpected, 1)]
    [InlineData(401, ExitCode.AccessDenied, 1)]
    [InlineData(503, ExitCode.Unavailable, 4)]
    public async Task A_token_server_that_fails_has_its_own_error_and_is_retried_only_where_that_helps(int status, ExitCode exit, int asked)
    {
        await using var server = await StubServer.StartAsync(context =>
        {
            var token = context.Request.Path == "/token";
            context.Response.StatusCode = token ? status : 401;
            if (!token) context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"s\"";
            return Task.CompletedTask;
        });
        using var clients = Clients(new FixedCredentials(_ => User));

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "x", Side.Source).FetchManifestAsync(ManifestReference.Of(Tag.Parse("1")), TestContext.Current.CancellationToken));

        Assert.Equal(exit, ExitCodes.Of(error));
        Assert.Equal(asked, server.Seen.Count(r => r.Target.StartsWith("/token", StringComparison.Ordinal)));
        Assert.Contains("token server", error.Message);
    }

    [Fact]
    public async Task A_token_servers_answer_that_is_no_token_is_an_error()
    {
        await using var server = await StubServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsync("<html>sign in</html>");
                return;
            }

            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token?account=a\",service=\"the service\"";
        });
        using var clients = Clients(new FixedCredentials(_ => User));

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "a/b", Side.Target).HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        var asked = Assert.Single(server.Seen, r => r.Target.StartsWith("/token", StringComparison.Ordinal));
        Assert.Equal("/token?account=a&service=the%20service&scope=repository%3Aa%2Fb%3Apull%2Cpush", asked.Target);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:secret")), asked.Authorization);
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

    internal static RegistryClients Clients(IRegistryCredentials? credentials = null, RegistryClientOptions? options = null) => new(
        credentials ?? new FixedCredentials(),
        [],
        options ?? Scene.FastRetries,
        [],
        TimeProvider.System,
        Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
        () => 0.5);

    private static async Task<Scene> StartAsync(RegistryAuthentication authentication, BearerOptions? bearer = null)
    {
        var options = new RegistryOptions { Authentication = authentication, Bearer = bearer ?? new() };
        var scene = await Scene.StartAsync(options, options);
        scene.Credentials = new FixedCredentials(_ => User);
        return scene;
    }

    private sealed class Answers(string challenge) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("registry.test", request.RequestUri!.Host);
            var response = new HttpResponseMessage(System.Net.HttpStatusCode.Unauthorized) { RequestMessage = request };
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);
            return Task.FromResult(response);
        }
    }
}
