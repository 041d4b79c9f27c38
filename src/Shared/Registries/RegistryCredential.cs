namespace Promoter.Registries;

/// <summary>What proves to one registry host who we are. Its text never shows the secret.</summary>
public sealed record RegistryCredential
{
    private RegistryCredential(string userName, string secret, bool isIdentityToken)
    {
        UserName = userName;
        Secret = secret;
        IsIdentityToken = isIdentityToken;
    }

    public string UserName { get; }

    public string Secret { get; }

    /// <summary>The secret is an OAuth2 refresh token for the registry's token server (docker config's <c>identitytoken</c>), not a password.</summary>
    public bool IsIdentityToken { get; }

    /// <summary>When it stops to work; null where that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Send it with the first request instead of waiting for a challenge: true where the host is known to take Basic (ECR).</summary>
    public bool SendFirst { get; init; }

    /// <summary>Where it came from, for messages: <c>docker config …</c>, <c>credential helper ecr-login</c>, <c>AWS role arn:…</c>.</summary>
    public string Origin { get; init; } = "";

    public static RegistryCredential Basic(string userName, string password) => new(userName, password, isIdentityToken: false);

    public static RegistryCredential IdentityToken(string token) => new("<token>", token, isIdentityToken: true);

    public override string ToString() => $"{UserName}:*** ({Origin})";
}
