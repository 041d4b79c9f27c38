using Promoter.Aws;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Job;

/// <summary>Translates the registries of the configuration file into the options of the AWS folder.</summary>
internal static class AwsMapping
{
    public static IEnumerable<AwsRegistryOptions> Registries(PromotionConfig config) =>
        from registry in config.Registries
        where registry.Aws is not null || EcrHost.TryParse(registry.Host, out _)
        let aws = registry.Aws ?? new AwsIdentityConfig()
        select new AwsRegistryOptions
        {
            Host = registry.Host,
            Side = SideOf(registry.Host, config),
            Region = aws.Region,
            AccountId = aws.AccountId,
            Profile = aws.Profile,
            Source = SourceOf(aws),
            WebIdentityTokenFile = aws.WebIdentity?.TokenFile,
            RoleArn = aws.RoleArn,
            ExternalId = aws.ExternalId,
            SessionName = aws.SessionName,
            EcrEndpoint = aws.EcrEndpoint?.GetLeftPart(UriPartial.Authority),
            StsEndpoint = aws.StsEndpoint?.GetLeftPart(UriPartial.Authority),
            CreateRepositories = Creation(registry.CreateRepositories),
        };

    private static AwsCredentialSource SourceOf(AwsIdentityConfig aws) => aws switch
    {
        { Profile: not null } => AwsCredentialSource.Profile,
        { WebIdentity: not null } => AwsCredentialSource.WebIdentity,
        { PodIdentity: true } => AwsCredentialSource.PodIdentity,
        _ => AwsCredentialSource.Default,
    };

    private static Aws.RepositoryCreation? Creation(RepositoryCreationConfig? config) => config is null or { Mode: Promotion.Configuration.RepositoryCreation.Never }
        ? null
        : new Aws.RepositoryCreation
        {
            ByTemplate = config.Mode == Promotion.Configuration.RepositoryCreation.RelyOnTemplate,
            CopySourceSettings = config.CopySettingsFromSource,
            TagMutability = Mutability(config),
            MutabilityExclusions = config.TagMutabilityExclusions,
            ScanOnPush = config.ScanOnPush,
            EncryptionType = config.Encryption?.Type,
            KmsKey = config.Encryption?.Key,
            LifecyclePolicy = config.LifecyclePolicy?.Text,
            RepositoryPolicy = config.RepositoryPolicy?.Text,
            Tags = config.Tags,
        };

    // ECR's names: exceptions make a mode of their own.
    private static string? Mutability(RepositoryCreationConfig config) => (config.TagMutability, config.TagMutabilityExclusions.Count) switch
    {
        (null, _) => null,
        (TagMutability.Immutable, 0) => "IMMUTABLE",
        (TagMutability.Immutable, _) => "IMMUTABLE_WITH_EXCLUSION",
        (_, 0) => "MUTABLE",
        _ => "MUTABLE_WITH_EXCLUSION",
    };

    private static Side? SideOf(string host, PromotionConfig config)
    {
        var isSource = config.Rules.Any(r => r.Source.Host == host);
        var isTarget = config.Rules.Any(r => r.Target.Host == host);
        return isSource == isTarget ? null : isSource ? Side.Source : Side.Target;
    }
}
