using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Provisioning;

/// <summary>Writes settings of repositories.</summary>
internal static class RepositoryWriter
{
    public static CreateRepositoryRequest CreateRequest(AwsRegistry registry, string repository, RepositoryCreationOptions settings) => new()
    {
        RegistryId = registry.RegistryId,
        RepositoryName = repository,
        ImageTagMutability = settings.TagMutability,
        ImageTagMutabilityExclusionFilters = Filters(settings),
        ImageScanningConfiguration = settings.ScanOnPush is { } scan ? new ImageScanningConfiguration { ScanOnPush = scan } : null,
        EncryptionConfiguration = settings.EncryptionType is { } type
            ? new EncryptionConfiguration { EncryptionType = type, KmsKey = string.IsNullOrEmpty(settings.KmsKey) ? null : settings.KmsKey }
            : null,
        Tags = TagsOf(settings),
    };

    public static async Task PutPoliciesAsync(AwsRegistry registry, string repository, RepositoryCreationOptions settings, CancellationToken cancellationToken)
    {
        if (settings.LifecyclePolicy is { } lifecycle)
        {
            var request = new PutLifecyclePolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository, LifecyclePolicyText = lifecycle };
            await EcrCalls.CallAsync(registry, EcrActions.PutLifecyclePolicy, repository, client => client.PutLifecyclePolicyAsync(request, cancellationToken), cancellationToken);
        }

        if (settings.RepositoryPolicy is { } policy)
        {
            var request = new SetRepositoryPolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository, PolicyText = policy };
            await EcrCalls.CallAsync(registry, EcrActions.SetRepositoryPolicy, repository, client => client.SetRepositoryPolicyAsync(request, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Changes the settings of an existing repository that differ from the rule and can be changed.</summary>
    public static async Task RepairAsync(
        AwsRegistry registry, string repository, RepositoryCreationOptions settings, IReadOnlyCollection<RepositoryDrift> drift, CancellationToken cancellationToken)
    {
        var changes = drift.Where(item => item.CanChange).Select(item => item.Setting).ToHashSet(StringComparer.Ordinal);
        if (changes.Contains("tagMutability"))
        {
            var request = new PutImageTagMutabilityRequest
            {
                RegistryId = registry.RegistryId,
                RepositoryName = repository,
                ImageTagMutability = settings.TagMutability!,
                ImageTagMutabilityExclusionFilters = Filters(settings),
            };
            await EcrCalls.CallAsync(registry, EcrActions.PutImageTagMutability, repository, client => client.PutImageTagMutabilityAsync(request, cancellationToken), cancellationToken);
        }

        if (changes.Contains("scanOnPush"))
        {
            var request = new PutImageScanningConfigurationRequest
            {
                RegistryId = registry.RegistryId,
                RepositoryName = repository,
                ImageScanningConfiguration = new ImageScanningConfiguration { ScanOnPush = settings.ScanOnPush },
            };
            await EcrCalls.CallAsync(
                registry, EcrActions.PutImageScanningConfiguration, repository, client => client.PutImageScanningConfigurationAsync(request, cancellationToken), cancellationToken);
        }

        if (changes.Contains("tags"))
        {
            var request = new TagResourceRequest { ResourceArn = registry.Host.RepositoryArn(repository), Tags = TagsOf(settings)! };
            await EcrCalls.CallAsync(registry, EcrActions.TagResource, repository, client => client.TagResourceAsync(request, cancellationToken), cancellationToken);
        }

        await PutPoliciesAsync(
            registry,
            repository,
            settings with
            {
                LifecyclePolicy = changes.Contains("lifecyclePolicy") ? settings.LifecyclePolicy : null,
                RepositoryPolicy = changes.Contains("repositoryPolicy") ? settings.RepositoryPolicy : null,
            },
            cancellationToken);
    }

    private static List<ImageTagMutabilityExclusionFilter>? Filters(RepositoryCreationOptions settings) => settings.MutabilityExclusions.Count == 0
        ? null
        : [.. settings.MutabilityExclusions.Select(filter => new ImageTagMutabilityExclusionFilter { FilterType = "WILDCARD", Filter = filter })];

    private static List<Tag>? TagsOf(RepositoryCreationOptions settings) =>
        settings.Tags.Count == 0 ? null : [.. settings.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];
}
