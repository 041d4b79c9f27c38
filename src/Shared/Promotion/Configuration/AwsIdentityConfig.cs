namespace Promoter.Promotion.Configuration;

/// <summary>
/// Who calls ECR for one registry: first credentials (a profile, a web identity, the pod identity, or else the SDK's default chain), and the role
/// that they assume. A web identity is exchanged for the role itself.
/// </summary>
public sealed record AwsIdentityConfig
{
    /// <summary>The role to assume; null: the first credentials are used as they are.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The secret word that the role's trust policy asks for (<c>sts:ExternalId</c>).</summary>
    public string? ExternalId { get; init; }

    /// <summary>What CloudTrail shows.</summary>
    public string? SessionName { get; init; }

    /// <summary>The registry's region; null: the one in the host name.</summary>
    public string? Region { get; init; }

    /// <summary>The account; null: the one in the host name.</summary>
    public string? AccountId { get; init; }

    /// <summary>A profile of the shared AWS configuration for the first credentials.</summary>
    public string? Profile { get; init; }

    /// <summary>An OIDC token for the first credentials (EKS: IAM roles for service accounts).</summary>
    public AwsWebIdentityConfig? WebIdentity { get; init; }

    /// <summary>The agent of EKS Pod Identity for the first credentials.</summary>
    public bool PodIdentity { get; init; }

    /// <summary>Replaces the endpoint of the ECR API; null: <c>AWS_ENDPOINT_URL_ECR</c>, else AWS's own.</summary>
    public Uri? EcrEndpoint { get; init; }

    /// <summary>Replaces the endpoint of STS; null: <c>AWS_ENDPOINT_URL_STS</c>, else AWS's own.</summary>
    public Uri? StsEndpoint { get; init; }

    internal static ConfigShape<AwsIdentityConfig> Shape { get; } = new ConfigShape<AwsIdentityConfig>(
        "aws", "Who calls ECR for this registry: first credentials, and the role that they assume.", new AwsIdentityConfig())
        .Key("roleArn", ConfigTypes.Optional(Arn), a => a.RoleArn, (a, v) => a with { RoleArn = v }, "The role to assume for this registry.")
        .Key(
            "externalId", ConfigTypes.Optional(ConfigTypes.Text), a => a.ExternalId, (a, v) => a with { ExternalId = v },
            "The external id that the role's trust policy asks for.")
        .Key(
            "sessionName", ConfigTypes.Optional(SessionNames), a => a.SessionName, (a, v) => a with { SessionName = v },
            "The session name that CloudTrail shows, 2 to 64 characters; left out, `promoter`.")
        .Key("region", ConfigTypes.Optional(Regions), a => a.Region, (a, v) => a with { Region = v }, "Only where the host name does not say the region.")
        .Key(
            "accountId", ConfigTypes.Optional(Accounts), a => a.AccountId, (a, v) => a with { AccountId = v },
            "Only where the host name does not say the account.")
        .Key(
            "profile", ConfigTypes.Optional(ConfigTypes.Text), a => a.Profile, (a, v) => a with { Profile = v },
            "A profile of `~/.aws/config` for the first credentials: keys, `credential_process`, or `role_arn`. For one that signs in through a browser (IAM Identity Center) name another "
            + "with `credential_process = aws configure export-credentials --profile NAME`.")
        .Key(
            "webIdentity", ConfigTypes.SectionOf(AwsWebIdentityConfig.Shape), a => a.WebIdentity, (a, v) => a with { WebIdentity = v },
            "An OIDC token for the first credentials (IAM roles for service accounts), exchanged for `roleArn`.")
        .Key("podIdentity", ConfigTypes.Flag, a => a.PodIdentity, (a, v) => a with { PodIdentity = v }, "EKS Pod Identity for the first credentials.")
        .Key(
            "ecrEndpoint", ConfigTypes.Endpoint, a => a.EcrEndpoint, (a, v) => a with { EcrEndpoint = v },
            "Scheme, host and port of the ECR API; left out, `AWS_ENDPOINT_URL_ECR`, else AWS's own.")
        .Key(
            "stsEndpoint", ConfigTypes.Endpoint, a => a.StsEndpoint, (a, v) => a with { StsEndpoint = v },
            "Scheme, host and port of STS; left out, `AWS_ENDPOINT_URL_STS`, else AWS's own.")
        .Check(a => new[] { a.Profile is not null, a.WebIdentity is not null, a.PodIdentity }.Count(given => given) > 1
            ? "'profile', 'webIdentity' and 'podIdentity' each say where the first credentials come from: keep one"
            : null)
        .Check(a => a is { ExternalId: not null, RoleArn: null } ? "'externalId' goes with a role: add roleArn, or leave it out" : null)
        .Check(a => a is { ExternalId: not null, WebIdentity: not null }
            ? "'externalId' cannot be sent with a web identity: leave it out, or assume the role from other credentials"
            : null);

    private static ConfigType<string> Arn => ConfigTypes.Matching("role ARN", AwsGrammar.RoleArn, "write arn:aws:iam::ACCOUNT:role/NAME");

    private static ConfigType<string> SessionNames =>
        ConfigTypes.Matching("session name", AwsGrammar.SessionName, "2 to 64 letters, digits and any of _+=,.@-");

    private static ConfigType<string> Regions => ConfigTypes.Matching("AWS region", AwsGrammar.Region, "write for example eu-west-1");

    private static ConfigType<string> Accounts => ConfigTypes.Matching("AWS account id", AwsGrammar.Account, "it has twelve digits");
}
