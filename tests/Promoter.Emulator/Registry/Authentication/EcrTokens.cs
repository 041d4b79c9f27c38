using System.Collections.Concurrent;
using System.Security.Cryptography;
using Promoter.Emulator.Iam;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>The passwords that GetAuthorizationToken gave out. They work at every registry that the caller may use.</summary>
internal sealed class EcrTokens(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, EcrToken> _tokens = new(StringComparer.Ordinal);

    /// <summary>How long the next tokens are good for; AWS has twelve hours.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(12);

    public EcrToken Issue(Caller caller)
    {
        var token = new EcrToken(Convert.ToBase64String(RandomNumberGenerator.GetBytes(96)), caller, clock.GetUtcNow() + Lifetime);
        _tokens[token.Password] = token;
        return token;
    }

    public EcrToken? Find(string password) => _tokens.GetValueOrDefault(password);

    /// <summary>Makes every token given out so far worthless.</summary>
    public void ExpireAll()
    {
        foreach (var token in _tokens.Values) _tokens[token.Password] = token with { ExpiresAt = DateTimeOffset.MinValue };
    }
}

internal sealed record EcrToken(string Password, Caller Caller, DateTimeOffset ExpiresAt);
