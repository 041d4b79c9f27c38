namespace Promoter.Promotion.Configuration;

/// <summary>A projected service account token that STS exchanges for credentials (AssumeRoleWithWebIdentity).</summary>
public sealed record AwsWebIdentityConfig
{
    /// <summary>The role that trusts the cluster's OIDC provider; null: <c>AWS_ROLE_ARN</c>.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The projected token; null: <c>AWS_WEB_IDENTITY_TOKEN_FILE</c>. Read anew at each renewal, so it may rotate.</summary>
    public string? TokenFile { get; init; }

    internal static ConfigShape<AwsWebIdentityConfig> Shape { get; } = new ConfigShape<AwsWebIdentityConfig>(
        "webIdentity", "A projected service account token that STS exchanges for credentials.", new AwsWebIdentityConfig())
        .Key(
            "roleArn", ConfigTypes.Optional(AwsIdentityConfig.Arn), w => w.RoleArn, (w, v) => w with { RoleArn = v },
            "The role that trusts the cluster's OIDC provider; left out, `AWS_ROLE_ARN`.")
        .Key(
            "tokenFile", ConfigTypes.Optional(ConfigTypes.Text), w => w.TokenFile, (w, v) => w with { TokenFile = v },
            "The projected token; left out, `AWS_WEB_IDENTITY_TOKEN_FILE`.");
}
