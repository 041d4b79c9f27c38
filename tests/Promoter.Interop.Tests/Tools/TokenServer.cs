using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Promoter.Interop.Tests.Tools;

/// <summary>
/// The other half of CNCF Distribution's token authentication (docs/spec/auth/token): anonymous callers may pull, the one known user may push as
/// well. Tokens are signed; the registry verifies them with the certificate in its configuration.
/// </summary>
public sealed class TokenServer : IAsyncDisposable
{
    internal const string Service = "promoter-test-registry";
    internal const string Issuer = "promoter-test-tokens";

    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<string> _scopes = [];

    private TokenServer()
    {
        var request = new CertificateRequest("CN=promoter-test-tokens", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.MapGet("/token", Issue);
    }

    /// <summary>Every scope that was asked for, in the order of asking.</summary>
    public IReadOnlyCollection<string> RequestedScopes => _scopes;

    internal string Realm => $"{_application.Urls.First()}/token";

    internal string CertificatePem => _certificate.ExportCertificatePem();

    public static async Task<TokenServer> StartAsync()
    {
        var server = new TokenServer();
        await server._application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
    }

    private IResult Issue(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryAuthentication.UserName}:{RegistryAuthentication.Password}"));
        var known = authorization == $"Basic {basic}";
        if (authorization.Length > 0 && !known)
        {
            return Results.Unauthorized();
        }

        var access = new JsonArray();
        foreach (var scope in request.Query["scope"].SelectMany(value => value!.Split(' ')))
        {
            _scopes.Enqueue(scope);
            var parts = scope.Split(':');
            var actions = parts[^1].Split(',').Where(action => known || action == "pull").Select(action => (JsonNode)action);
            access.Add(new JsonObject { ["type"] = parts[0], ["name"] = string.Join(':', parts[1..^1]), ["actions"] = new JsonArray([.. actions]) });
        }

        return Results.Text(new JsonObject { ["token"] = Sign(access, known), ["expires_in"] = 300 }.ToJsonString(), "application/json");
    }

    private string Sign(JsonArray access, bool known)
    {
        var now = TimeProvider.System.GetUtcNow();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "RS256",
            ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)),
        };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = known ? RegistryAuthentication.UserName : "",
            ["aud"] = Service,
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["access"] = access,
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
