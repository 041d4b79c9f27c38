using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Promoter.Registries.Authentication;

/// <summary>
/// Knows how one registry wants to be authenticated to, once it has said so, and holds its tokens. A credential is looked up when it is first needed
/// and renewed at most once per refusal, behind one lock.
/// </summary>
internal sealed class RegistryAuthenticator(
    RegistryEndpoint endpoint, IRegistryCredentials credentials, TokenServer tokens, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _lock = new(1, 1);
    private readonly ConcurrentDictionary<string, BearerToken> _bearer = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _exchanges = new(StringComparer.Ordinal);
    private RegistryCredential? _credential;
    private bool _lookedUp;
    private Challenge? _challenge;

    /// <summary>The header for a request with these scopes; null where none is needed or known yet.</summary>
    public async Task<AuthenticationHeaderValue?> AuthorizeAsync(IReadOnlyList<RegistryScope> scopes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (_challenge is { IsBearer: true } challenge) return await BearerAsync(challenge, scopes, origin, cancellationToken);

        var credential = await CredentialAsync(cancellationToken);
        return credential is not null && (_challenge is { IsBasic: true } || credential.SendFirst) ? TokenServer.BasicHeader(credential) : null;
    }

    /// <summary>
    /// Takes in a refusal: remembers the challenge, or renews what was refused. False where nothing can be done better, so that the refusal stands.
    /// </summary>
    public async Task<bool> LearnAsync(
        HttpResponseMessage response, AuthenticationHeaderValue? sent, IReadOnlyList<RegistryScope> scopes, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (Challenge.TryFind(response, out var challenge)) _challenge = challenge;
            if (_challenge is { IsBearer: true }) return await RenewBearerAsync(sent, scopes, cancellationToken);

            if (sent is null)
            {
                if (!_lookedUp) await LookUpAsync(rejected: null, cancellationToken);
                return _credential is not null && _challenge is { IsBasic: true };
            }

            // Someone else may have renewed it while we waited for the lock.
            if (_credential is { } current && !Same(TokenServer.BasicHeader(current), sent)) return true;
            var refused = _credential;
            await LookUpAsync(refused, cancellationToken);
            return _credential is { } renewed && !Same(TokenServer.BasicHeader(renewed), sent);
        }
        finally
        {
            _lock.Release();
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        foreach (var exchange in _exchanges.Values) exchange.Dispose();
    }

    private async Task<bool> RenewBearerAsync(AuthenticationHeaderValue? sent, IReadOnlyList<RegistryScope> scopes, CancellationToken cancellationToken)
    {
        if (sent is null) return true;
        var key = KeyOf(scopes);
        if (_bearer.TryGetValue(key, out var token) && token.Value != sent.Parameter) return true;
        var dropped = _bearer.TryRemove(key, out _);
        if (_credential is { } refused) await LookUpAsync(refused, cancellationToken);
        return dropped || sent.Scheme != "Bearer";
    }

    private async Task<AuthenticationHeaderValue> BearerAsync(Challenge challenge, IReadOnlyList<RegistryScope> scopes, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var key = KeyOf(scopes);
        if (!Usable(key, out var token))
        {
            // One exchange per scope at a time; those of other repositories need not wait for it.
            var exchange = _exchanges.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
            await exchange.WaitAsync(cancellationToken);
            try
            {
                if (!Usable(key, out token))
                {
                    var credential = await CredentialAsync(cancellationToken);
                    token = await tokens.ExchangeAsync(challenge, credential, scopes, origin, cancellationToken);
                    _bearer[key] = token;
                }
            }
            finally
            {
                exchange.Release();
            }
        }

        return new AuthenticationHeaderValue("Bearer", token!.Value);
    }

    private bool Usable(string key, out BearerToken? token) => _bearer.TryGetValue(key, out token) && time.GetUtcNow() < token.ExpiresAt;

    private async Task<RegistryCredential?> CredentialAsync(CancellationToken cancellationToken)
    {
        var known = _credential;
        if (_lookedUp && (known?.ExpiresAt is not { } expiry || time.GetUtcNow() < expiry)) return known;
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (!_lookedUp || (_credential?.ExpiresAt is { } end && time.GetUtcNow() >= end)) await LookUpAsync(_lookedUp ? _credential : null, cancellationToken);
            return _credential;
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task LookUpAsync(RegistryCredential? rejected, CancellationToken cancellationToken)
    {
        _credential = await credentials.FindAsync(endpoint.Host, rejected, cancellationToken);
        _lookedUp = true;
    }

    private static bool Same(AuthenticationHeaderValue a, AuthenticationHeaderValue b) =>
        string.Equals(a.Scheme, b.Scheme, StringComparison.OrdinalIgnoreCase) && string.Equals(a.Parameter, b.Parameter, StringComparison.Ordinal);

    private static string KeyOf(IReadOnlyList<RegistryScope> scopes) => string.Join(' ', scopes.Select(s => s.ToString()).Order(StringComparer.Ordinal));
}
