using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>How one ECR registry is reached and who we are there. Every member has a default: an ECR host without options is used with the default credential chain.</summary>
public sealed record AwsRegistryOptions
{
    /// <summary>Host as it stands in references.</summary>
    public required string Host { get; init; }

    /// <summary>Which end of promotions the registry is at, for messages and for choosing checks; null where it is both or unknown.</summary>
    public Side? Side { get; init; }

    /// <summary>Only for hosts that do not say it themselves (a company's own name for ECR); otherwise it must agree with the host.</summary>
    public string? Region { get; init; }

    /// <summary>Only for hosts that do not say it themselves; otherwise it must agree with the host.</summary>
    public string? AccountId { get; init; }

    /// <summary>Where the first credentials come from.</summary>
    public AwsCredentialSource Source { get; init; }

    /// <summary>The profile of the shared files, with <see cref="AwsCredentialSource.Profile"/>.</summary>
    public string? Profile { get; init; }

    /// <summary>The file with the OIDC token, with <see cref="AwsCredentialSource.WebIdentity"/>; null: <c>AWS_WEB_IDENTITY_TOKEN_FILE</c>.</summary>
    public string? WebIdentityTokenFile { get; init; }

    /// <summary>The role to assume with the first credentials; null: they are used as they are.</summary>
    public string? RoleArn { get; init; }

    /// <summary>What the role's trust policy expects as <c>sts:ExternalId</c>.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Name of the session in CloudTrail; null: <c>promoter</c>.</summary>
    public string? SessionName { get; init; }

    /// <summary>Replaces the endpoint of the ECR API (scheme, host, port); null: <c>AWS_ENDPOINT_URL_ECR</c>, else AWS's own.</summary>
    public string? EcrEndpoint { get; init; }

    /// <summary>Replaces the endpoint of STS; null: <c>AWS_ENDPOINT_URL_STS</c>, else AWS's own.</summary>
    public string? StsEndpoint { get; init; }

    /// <summary>How missing repositories come into being; null: they do not.</summary>
    public RepositoryCreationOptions? CreateRepositories { get; init; }
}

/// <summary>Where the first credentials of an identity come from.</summary>
public enum AwsCredentialSource
{
    /// <summary>The SDK's chain: environment, web identity, profile, container, instance.</summary>
    Default,

    /// <summary>A named profile of the shared config and credentials files.</summary>
    Profile,

    /// <summary>An OIDC token in a file (EKS: IAM roles for service accounts), exchanged for <see cref="AwsRegistryOptions.RoleArn"/> or <c>AWS_ROLE_ARN</c>.</summary>
    WebIdentity,

    /// <summary>The agent at <c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c> (EKS Pod Identity).</summary>
    PodIdentity,
}
