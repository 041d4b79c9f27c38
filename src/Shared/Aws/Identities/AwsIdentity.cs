namespace Promoter.Aws.Identities;

/// <summary>Who we are towards one or several registries: the options that decide it, compared by value. Two registries with equal identities share credentials and tokens.</summary>
/// <param name="StsRegion">The region whose STS is asked to assume the role.</param>
public sealed record AwsIdentity(
    AwsCredentialSource Source,
    string? Profile,
    string? WebIdentityTokenFile,
    string? RoleArn,
    string? ExternalId,
    string SessionName,
    string StsRegion,
    string? StsEndpoint)
{
    /// <summary>The session name that CloudTrail shows unless another is configured.</summary>
    public const string DefaultSessionName = "promoter";

    public static AwsIdentity Of(AwsRegistryOptions options, EcrHost host) => new(
        options.Source,
        options.Profile,
        options.WebIdentityTokenFile,
        options.RoleArn,
        options.ExternalId,
        options.SessionName ?? DefaultSessionName,
        StsRegionFor(host),
        options.StsEndpoint);

    /// <summary>Names the identity in messages: <c>role arn:…</c>, <c>profile ci</c>, <c>the default AWS credentials</c>.</summary>
    public override string ToString() => RoleArn is not null ? $"role {RoleArn}" : Source switch
    {
        AwsCredentialSource.Profile => $"profile {Profile}",
        AwsCredentialSource.WebIdentity => "the web identity",
        AwsCredentialSource.PodIdentity => "the pod identity",
        _ => "the default AWS credentials",
    };

    // The pod's own region has an STS endpoint in its VPC where the network is closed; the registry's region need not. Only another
    // partition cannot be asked: its STS does not know our credentials.
    private static string StsRegionFor(EcrHost host)
    {
        var own = Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION");
        return !string.IsNullOrEmpty(own) && AwsPartition.Of(own) == host.Partition ? own : host.Region;
    }
}
