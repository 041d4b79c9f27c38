using System.Text;
using Microsoft.AspNetCore.Http;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>Who a token is asked of, and what becomes of answers that are none.</summary>
public sealed class TokenServerTests
{
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
            endpoint, new FixedCredentials(_ => FixedCredentials.User), new Promoter.Registries.Authentication.TokenServer(endpoint, http, Scene.FastRetries, TimeProvider.System), TimeProvider.System);
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
        using var clients = StubServer.Clients(new FixedCredentials(_ => FixedCredentials.User));

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
        using var clients = StubServer.Clients(new FixedCredentials(_ => FixedCredentials.User));

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "a/b", Side.Target).HasBlobAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        var asked = Assert.Single(server.Seen, r => r.Target.StartsWith("/token", StringComparison.Ordinal));
        Assert.Equal("/token?account=a&service=the%20service&scope=repository%3Aa%2Fb%3Apull%2Cpush", asked.Target);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:secret")), asked.Authorization);
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
