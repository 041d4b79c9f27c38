using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Diagnosis;

/// <summary>
/// Probes for what creating and correcting repositories takes. Each call is one that ECR cannot carry out (a key that does not exist, a policy
/// without rules, a tag name that is AWS's own) or that writes what is there already, so that it changes nothing whether the repository exists or not.
/// </summary>
internal static class CreationProbes
{
    // No account has this number, so no such key can be found.
    private const string NoAccount = "000000000000";

    // Long enough for the service model's minimum of a hundred characters, and refused for having no rule.
    private static readonly string NoLifecycle = "{\"rules\":[]}" + new string(' ', 100);

    private static readonly Tag ReservedTag = new() { Key = "aws:promoter-doctor", Value = "probe" };

    /// <summary>What a repository that is missing takes to come into being with these settings.</summary>
    public static IEnumerable<(ActionProbe Probe, bool IsRequired)> ToCreate(RepositoryCreationOptions creation)
    {
        yield return (Create, true);
        if (creation.Tags.Count > 0 || creation.CopySourceSettings) yield return (Tagging, creation.Tags.Count > 0);
        if (creation.LifecyclePolicy is not null || creation.CopySourceSettings) yield return (Lifecycle, creation.LifecyclePolicy is not null);
        if (creation.RepositoryPolicy is not null) yield return (Policy, true);
    }

    /// <summary>What correcting one setting takes; null where it cannot be corrected.</summary>
    public static ActionProbe? ToRepair(string setting, bool scanOnPush) => setting switch
    {
        "tagMutability" => Mutability,
        "scanOnPush" => Scanning(scanOnPush),
        "tags" => Tagging,
        "lifecyclePolicy" => Lifecycle,
        "repositoryPolicy" => Policy,
        _ => null,
    };

    private static ActionProbe Create { get; } = new(EcrActions.CreateRepository, IsRequired: true, (client, registry, repository, ct) => client.CreateRepositoryAsync(
        new CreateRepositoryRequest
        {
            RegistryId = registry.RegistryId,
            RepositoryName = repository,
            EncryptionConfiguration = new EncryptionConfiguration
            {
                EncryptionType = "KMS",
                KmsKey = $"arn:{registry.Host.Partition.Name}:kms:{registry.Host.Region}:{NoAccount}:key/00000000-0000-0000-0000-000000000000",
            },
        },
        ct));

    private static ActionProbe Tagging { get; } = new(EcrActions.TagResource, IsRequired: true, (client, registry, repository, ct) => client.TagResourceAsync(
        new TagResourceRequest { ResourceArn = registry.Host.RepositoryArn(repository), Tags = [ReservedTag] }, ct));

    private static ActionProbe Lifecycle { get; } = new(EcrActions.PutLifecyclePolicy, IsRequired: true, (client, registry, repository, ct) => client.PutLifecyclePolicyAsync(
        new PutLifecyclePolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository, LifecyclePolicyText = NoLifecycle }, ct));

    private static ActionProbe Policy { get; } = new(EcrActions.SetRepositoryPolicy, IsRequired: true, (client, registry, repository, ct) => client.SetRepositoryPolicyAsync(
        new SetRepositoryPolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository, PolicyText = "{}" }, ct));

    // With exclusions announced and none given the request cannot be carried out.
    private static ActionProbe Mutability { get; } = new(EcrActions.PutImageTagMutability, IsRequired: false, (client, registry, repository, ct) => client.PutImageTagMutabilityAsync(
        new PutImageTagMutabilityRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageTagMutability = "IMMUTABLE_WITH_EXCLUSION" }, ct));

    // There is no request of this kind that ECR refuses; writing the present value changes nothing.
    private static ActionProbe Scanning(bool present) => new(EcrActions.PutImageScanningConfiguration, IsRequired: false, (client, registry, repository, ct) =>
        client.PutImageScanningConfigurationAsync(
            new PutImageScanningConfigurationRequest
            {
                RegistryId = registry.RegistryId,
                RepositoryName = repository,
                ImageScanningConfiguration = new ImageScanningConfiguration { ScanOnPush = present },
            },
            ct));
}
