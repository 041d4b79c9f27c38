using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>Reads the options of ECR registries out of a configuration file.</summary>
public static class ConfiguredRegistries
{
    /// <summary>Options for every registry of the file that is ECR, and for every ECR registry that only rules name.</summary>
    public static IReadOnlyList<AwsRegistryOptions> Of(PromotionConfig config)
    {
        var named = config.Rules.SelectMany(rule => new[] { rule.Source.Host, rule.Target.Host })
            .Where(host => config.Registries.All(registry => !Same(registry.Host, host)))
            .Where(host => EcrHost.TryParse(host, out var ecr) && !ecr.IsPublic)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(host => new AwsRegistryOptions { Host = host, Side = SideOf(host, config) });
        return [.. config.Registries.Where(IsEcr).Select(registry => Of(registry, config)), .. named];
    }

    // The public gallery is read anonymously unless an identity is given; a host that only looks like ECR is taken along, to be named by validation.
    private static bool IsEcr(RegistryConfig registry) =>
        registry.Aws is not null || (EcrHost.TryParse(registry.Host, out var host, out var problem) ? !host.IsPublic : problem is not null);

    private static AwsRegistryOptions Of(RegistryConfig registry, PromotionConfig config)
    {
        var aws = registry.Aws ?? new AwsIdentityConfig();
        return new AwsRegistryOptions
        {
            Host = registry.Host,
            Side = SideOf(registry.Host, config),
            Region = aws.Region,
            AccountId = aws.AccountId,
            Source = SourceOf(aws),
            Profile = aws.Profile,
            WebIdentityTokenFile = aws.WebIdentity?.TokenFile,
            RoleArn = aws.RoleArn,
            ExternalId = aws.ExternalId,
            SessionName = aws.SessionName,
            EcrEndpoint = aws.EcrEndpoint?.GetLeftPart(UriPartial.Authority),
            StsEndpoint = aws.StsEndpoint?.GetLeftPart(UriPartial.Authority),
            CreateRepositories = registry.CreateRepositories is { Mode: not RepositoryCreation.Never } creation ? Of(creation) : null,
        };
    }

    private static RepositoryCreationOptions Of(RepositoryCreationConfig creation) => new()
    {
        ByTemplate = creation.Mode == RepositoryCreation.RelyOnTemplate,
        CopySourceSettings = creation.CopySettingsFromSource,
        TagMutability = MutabilityOf(creation),
        MutabilityExclusions = creation.TagMutabilityExclusions,
        ScanOnPush = creation.ScanOnPush,
        EncryptionType = creation.Encryption?.Type,
        KmsKey = creation.Encryption?.Key,
        LifecyclePolicy = creation.LifecyclePolicy?.Text,
        RepositoryPolicy = creation.RepositoryPolicy?.Text,
        Tags = creation.Tags,
    };

    // ECR has one word for a rule and another for a rule with exceptions; the file says the exceptions alone.
    private static string? MutabilityOf(RepositoryCreationConfig creation) => creation.TagMutability switch
    {
        null => null,
        TagMutability.Immutable => creation.TagMutabilityExclusions.Count == 0 ? "IMMUTABLE" : "IMMUTABLE_WITH_EXCLUSION",
        _ => creation.TagMutabilityExclusions.Count == 0 ? "MUTABLE" : "MUTABLE_WITH_EXCLUSION",
    };

    private static AwsCredentialSource SourceOf(AwsIdentityConfig aws) => aws switch
    {
        { Profile: not null } => AwsCredentialSource.Profile,
        { WebIdentity: not null } => AwsCredentialSource.WebIdentity,
        { PodIdentity: true } => AwsCredentialSource.PodIdentity,
        _ => AwsCredentialSource.Default,
    };

    private static Side? SideOf(string host, PromotionConfig config)
    {
        var isSource = config.Rules.Any(rule => Same(rule.Source.Host, host));
        var isTarget = config.Rules.Any(rule => Same(rule.Target.Host, host));
        return isSource == isTarget ? null : isSource ? Side.Source : Side.Target;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
