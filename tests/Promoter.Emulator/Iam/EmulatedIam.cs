using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Promoter.Emulator.Iam;

/// <summary>Users, roles and their keys. Everything may be changed while the emulator runs.</summary>
public sealed class EmulatedIam
{
    private readonly ConcurrentDictionary<string, Principal> _principals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RoleTrust> _trusts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IssuedKey> _keys = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;

    internal EmulatedIam(TimeProvider clock)
    {
        _clock = clock;
        WebIdentity = new WebIdentityIssuer(clock);
    }

    /// <summary>The cluster's issuer of service account tokens.</summary>
    public WebIdentityIssuer WebIdentity { get; }

    public IReadOnlyCollection<Principal> Principals => [.. _principals.Values];

    /// <summary>A user with a key of its own.</summary>
    public AccessKey CreateUser(string account, string name, params IReadOnlyList<IamStatement> statements)
    {
        var principal = Add(new Principal(account, Arn.User(account, name)) { Statements = statements });
        var key = new AccessKey(NewId("AKIA"), NewSecret());
        _keys[key.AccessKeyId] = new IssuedKey(key, new Caller(principal, principal.Arn, NewId("AIDA")));
        return key;
    }

    public Principal CreateRole(string account, string name, RoleTrust trust, params IReadOnlyList<IamStatement> statements)
    {
        var principal = Add(new Principal(account, Arn.Role(account, name)) { Statements = statements });
        _trusts[principal.Arn] = trust;
        return principal;
    }

    /// <summary>The user or role of that ARN, whose statements may be replaced.</summary>
    public Principal Find(string arn) => _principals.TryGetValue(arn, out var principal) ? principal : throw new KeyNotFoundException($"no principal {arn}");

    /// <summary>Removes a user or role; its keys stop to work.</summary>
    public void Delete(string arn)
    {
        _principals.TryRemove(arn, out _);
        _trusts.TryRemove(arn, out _);
        foreach (var (id, key) in _keys)
        {
            if (key.Caller.Principal.Arn == arn) _keys.TryRemove(id, out _);
        }
    }

    /// <summary>Session credentials of a role, without asking its trust policy.</summary>
    public AccessKey IssueSession(Principal role, string session, TimeSpan lifetime)
    {
        var key = new AccessKey(NewId("ASIA"), NewSecret(), NewSecret() + NewSecret(), _clock.GetUtcNow() + lifetime);
        _keys[key.AccessKeyId] = new IssuedKey(key, new Caller(role, Arn.Session(role.AccountId, role.Name, session), $"{RoleId(role)}:{session}"));
        return key;
    }

    internal static string RoleId(Principal role) => "AROA" + Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(role.Arn)))[..16];

    internal Principal? FindRole(string arn, out RoleTrust trust)
    {
        trust = _trusts.GetValueOrDefault(arn, new RoleTrust());
        return _trusts.ContainsKey(arn) ? _principals.GetValueOrDefault(arn) : null;
    }

    internal IssuedKey? FindKey(string accessKeyId) => _keys.GetValueOrDefault(accessKeyId);

    /// <summary>Who signs with this key.</summary>
    internal Caller CallerOf(AccessKey key) => FindKey(key.AccessKeyId)?.Caller ?? throw new KeyNotFoundException($"no key {key.AccessKeyId}");

    private static string NewId(string prefix) => prefix + Convert.ToHexString(RandomNumberGenerator.GetBytes(8));

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    private Principal Add(Principal principal) => _principals[principal.Arn] = principal;
}

internal sealed record IssuedKey(AccessKey Key, Caller Caller);
