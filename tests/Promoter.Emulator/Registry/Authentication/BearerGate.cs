using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>Bearer authentication with a token server on the registry's own port (Distribution's token specification).</summary>
internal sealed class BearerGate(IReadOnlyList<RegistryUser> users, BearerOptions options, TimeProvider clock) : IRegistryGate
{
    private readonly ConcurrentDictionary<string, Grant> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RegistryUser> _refreshTokens = new(StringComparer.Ordinal);

    /// <summary>A refresh token, as <c>docker login</c> leaves it in <c>identitytoken</c>.</summary>
    public string IssueRefreshToken(RegistryUser user)
    {
        var token = NewToken();
        _refreshTokens[token] = user;
        return token;
    }

    public async Task<bool> AdmitAsync(HttpContext context, RegistryRoute route, RecordedRequest record)
    {
        if (route.Action == EmulatedAction.GetToken) return true;
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..] : null;
        if (token is null || !_tokens.TryGetValue(token, out var grant))
        {
            await ChallengeAsync(context, route, record.IsWrite, token is null ? null : "invalid_token");
            return false;
        }

        record.Principal = grant.User;
        if (clock.GetUtcNow() >= grant.Expires)
        {
            await ChallengeAsync(context, route, record.IsWrite, "invalid_token");
            return false;
        }

        foreach (var needed in Needed(context.Request, route, record.IsWrite).Where(n => !grant.Scopes.Contains(n)))
        {
            // A mount whose donor is not in the token's scope is no error: it becomes an ordinary session (distribution-spec, "Mounting").
            if (route.Action == EmulatedAction.Mount && needed.EndsWith(":pull", StringComparison.Ordinal) && !needed.StartsWith($"repository:{route.Repository}:", StringComparison.Ordinal))
            {
                context.Request.QueryString = QueryString.Empty;
                continue;
            }

            await ChallengeAsync(context, route, record.IsWrite, "insufficient_scope");
            return false;
        }

        return true;
    }

    public Task RefuseExpiredAsync(HttpContext context, RegistryRoute route) => ChallengeAsync(context, route, !HttpMethods.IsGet(context.Request.Method), "invalid_token");

    public async Task IssueTokenAsync(HttpContext context)
    {
        var request = context.Request;
        RegistryUser? user = null;
        IEnumerable<string> scopes;
        var offline = false;
        if (HttpMethods.IsPost(request.Method))
        {
            if (!options.SupportsPost)
            {
                await RegistryErrorException.WriteAsync(context, 405, "UNSUPPORTED", "The operation is unsupported.");
                return;
            }

            var form = await request.ReadFormAsync(context.RequestAborted);
            user = form["grant_type"].ToString() == "refresh_token"
                ? _refreshTokens.GetValueOrDefault(form["refresh_token"].ToString())
                : Find(form["username"].ToString(), form["password"].ToString());
            scopes = form["scope"].OfType<string>();
            offline = form["access_type"] == "offline";
            if (user is null)
            {
                await RegistryErrorException.WriteAsync(context, 401, "UNAUTHORIZED", "incorrect username or password");
                return;
            }
        }
        else
        {
            scopes = request.Query["scope"].OfType<string>();
            offline = request.Query["offline_token"] == "true";
            if (Credentials.Of(request) is { } given)
            {
                user = Find(given.User, given.Password);
                if (user is null)
                {
                    await RegistryErrorException.WriteAsync(context, 401, "UNAUTHORIZED", "incorrect username or password");
                    return;
                }
            }
        }

        await WriteTokenAsync(context, user, scopes.SelectMany(s => s.Split(' ', StringSplitOptions.RemoveEmptyEntries)), offline);
    }

    private static IEnumerable<string> Needed(HttpRequest request, RegistryRoute route, bool writes)
    {
        if (route.Action == EmulatedAction.ListRepositories) yield return "registry:catalog:*";
        if (route.Repository.Length == 0) yield break;
        yield return $"repository:{route.Repository}:{(route.Action is EmulatedAction.DeleteManifest or EmulatedAction.DeleteBlob ? "delete" : writes ? "push" : "pull")}";
        if (route.Action == EmulatedAction.Mount && request.Query["from"].ToString() is { Length: > 0 } from) yield return $"repository:{from}:pull";
    }

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    private RegistryUser? Find(string name, string password) => users.FirstOrDefault(u => u.Name == name && u.Password == password);

    private Task ChallengeAsync(HttpContext context, RegistryRoute route, bool writes, string? error)
    {
        var request = context.Request;
        var challenge = new StringBuilder($"Bearer realm=\"{request.Scheme}://{request.Host}/token\",service=\"{options.Service}\"");
        if (route.Repository.Length > 0) challenge.Append($",scope=\"repository:{route.Repository}:{(writes ? "pull,push" : "pull")}\"");
        else if (route.Action == EmulatedAction.ListRepositories) challenge.Append(",scope=\"registry:catalog:*\"");
        if (error is not null) challenge.Append($",error=\"{error}\"");
        context.Response.Headers.WWWAuthenticate = challenge.ToString();
        return RegistryErrorException.WriteAsync(context, 401, "UNAUTHORIZED", "authentication required");
    }

    private async Task WriteTokenAsync(HttpContext context, RegistryUser? user, IEnumerable<string> scopes, bool offline)
    {
        // Like the real ones: what is not allowed is left out of the token, and the registry says so later.
        var granted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parts in scopes.Select(s => s.Split(':')).Where(p => p.Length >= 3))
        {
            var name = string.Join(':', parts[1..^1]);
            foreach (var action in parts[^1].Split(','))
            {
                var push = action is not "pull";
                if (user?.May(name, push) ?? (options.AnonymousPull && !push)) granted.Add($"{parts[0]}:{name}:{action}");
            }
        }

        var token = NewToken();
        _tokens[token] = new Grant(user?.Name ?? "anonymous", granted, clock.GetUtcNow() + options.TokenLifetime);
        var answer = new JsonObject();
        if (options.SendsToken) answer["token"] = token;
        if (options.SendsAccessToken) answer["access_token"] = token;
        if (options.SendsExpiry)
        {
            answer["expires_in"] = (int)options.TokenLifetime.TotalSeconds;
            answer["issued_at"] = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        }

        if (offline && user is not null) answer["refresh_token"] = IssueRefreshToken(user);
        await context.WriteBytesAsync("application/json", Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    private sealed record Grant(string User, HashSet<string> Scopes, DateTimeOffset Expires);
}
