using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Promoter.Registries.Authentication;

/// <summary>Exchanges a credential for bearer tokens (Distribution, "Token Authentication" and "OAuth2").</summary>
internal sealed class TokenServer(RegistryEndpoint endpoint, HttpMessageInvoker http, RegistryClientOptions options, TimeProvider time)
{
    private const string Operation = "obtain a token";
    private const int MaxAnswer = 1024 * 1024;

    // "If expires_in is omitted, this defaults to 60 seconds"; tokens are given up a little early, so that none expires on the way.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    public async Task<BearerToken> ExchangeAsync(
        Challenge challenge, RegistryCredential? credential, IReadOnlyList<RegistryScope> scopes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var realm = CheckedRealm(challenge, origin);
        using var message = credential is { IsIdentityToken: true } ? OAuth2Request(realm, challenge, credential, scopes) : GetRequest(realm, challenge, credential, scopes);
        using var timeout = new CancellationTokenSource(options.ResponseTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.SendAsync(message, linked.Token);
            return await ReadAsync(response, realm, credential, origin, linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw RegistryErrors.Fault(RegistryFault.Unreachable, $"no answer from the token server {realm.Authority} of {endpoint.Host} ({e.Message.TrimEnd('.')})", Operation, origin, isTransient: true, e);
        }
    }

    private static HttpRequestMessage GetRequest(Uri realm, Challenge challenge, RegistryCredential? credential, IReadOnlyList<RegistryScope> scopes)
    {
        var query = new StringBuilder(realm.Query.Length > 0 ? realm.Query + "&" : "?");
        if (challenge.Service is { } service) query.Append("service=").Append(Uri.EscapeDataString(service)).Append('&');
        foreach (var scope in scopes) query.Append("scope=").Append(Uri.EscapeDataString(scope.ToString())).Append('&');
        var message = new HttpRequestMessage(HttpMethod.Get, new Uri(realm, realm.AbsolutePath + query.ToString().TrimEnd('&', '?')));
        if (credential is not null) message.Headers.Authorization = BasicHeader(credential);
        return message;
    }

    private static HttpRequestMessage OAuth2Request(Uri realm, Challenge challenge, RegistryCredential credential, IReadOnlyList<RegistryScope> scopes)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = credential.Secret,
            ["client_id"] = "promoter",
            ["scope"] = string.Join(' ', scopes),
        };
        if (challenge.Service is { } service) form["service"] = service;
        return new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(form) };
    }

    private async Task<BearerToken> ReadAsync(HttpResponseMessage response, Uri realm, RegistryCredential? credential, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            var denied = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest;
            var transient = response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
            var body = await ErrorBody.ReadAsync(response, cancellationToken);
            var who = credential is null ? "an anonymous request" : $"the credential from {credential.Origin}";
            throw new RegistryException(
                denied ? RegistryFault.Denied
                : response.StatusCode == HttpStatusCode.TooManyRequests ? RegistryFault.Throttled
                : transient ? RegistryFault.Unreachable
                : RegistryFault.Protocol,
                $"the token server {realm.Authority} of {endpoint.Host} refused {who}: {(int)response.StatusCode} {response.ReasonPhrase} {body.Text}".TrimEnd()
                + (denied ? "; check user name and password (docker login)" : ""))
            {
                Operation = Operation,
                Side = origin.Side,
                Host = origin.Host,
                Repository = origin.Repository,
                Status = response.StatusCode,
                IsTransient = transient,
                RetryAfter = RetryAfter.Of(response, time),
            };
        }

        TokenServerAnswer? answer = null;
        try
        {
            answer = JsonSerializer.Deserialize(await BoundedBody.ReadAsync(response, MaxAnswer, cancellationToken), AuthenticationJson.Default.TokenServerAnswer);
        }
        catch (JsonException)
        {
            // Handled below together with an answer that lacks the token.
        }

        if ((answer?.Token ?? answer?.AccessToken) is not { Length: > 0 } value)
        {
            throw RegistryErrors.Fault(RegistryFault.Protocol, $"the token server {realm.Authority} of {endpoint.Host} did not answer with a token (is there a proxy between?)", Operation, origin);
        }

        var lifetime = answer!.ExpiresIn is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : DefaultLifetime;
        return new BearerToken(value, time.GetUtcNow() + (lifetime * 0.9));
    }

    // A registry that was taken over must not make us send the password in clear, or to a host inside our network.
    private Uri CheckedRealm(Challenge challenge, RequestOrigin origin)
    {
        var problem = !Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm) ? "it names no token server" : RedirectPolicy.Refuse(endpoint, realm);
        return problem is null ? realm! : throw RegistryErrors.Fault(RegistryFault.Protocol, $"the challenge of {endpoint.Host} is not answered, since {problem}", Operation, origin);
    }

    internal static AuthenticationHeaderValue BasicHeader(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Secret}")));
}
