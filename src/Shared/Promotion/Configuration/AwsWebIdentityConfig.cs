namespace Promoter.Promotion.Configuration;

/// <summary>An OIDC token in a file that STS exchanges for credentials (AssumeRoleWithWebIdentity).</summary>
public sealed record AwsWebIdentityConfig
{
    /// <summary>The token; null: <c>AWS_WEB_IDENTITY_TOKEN_FILE</c>. Read anew at each renewal, so it may rotate.</summary>
    public string? TokenFile { get; init; }

    internal static ConfigShape<AwsWebIdentityConfig> Shape { get; } = new ConfigShape<AwsWebIdentityConfig>(
        "webIdentity", "An OIDC token in a file that STS exchanges for credentials.", new AwsWebIdentityConfig())
        .Key(
            "tokenFile", ConfigTypes.Optional(ConfigTypes.Text), w => w.TokenFile, (w, v) => w with { TokenFile = v },
            "The token, for example a projected service account token; left out, `AWS_WEB_IDENTITY_TOKEN_FILE`.");
}
