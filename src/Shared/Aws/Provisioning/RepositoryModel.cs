namespace Promoter.Aws.Provisioning;

/// <summary>Takes from a source repository what a rule leaves open.</summary>
internal static class RepositoryModel
{
    /// <summary>
    /// The rule completed by the source's settings. A key of the source's account cannot encrypt here, so only the kind of encryption is taken;
    /// the repository policy is not, because it names who may use the source.
    /// </summary>
    public static RepositoryCreationOptions Complete(RepositoryCreationOptions rule, RepositorySettings model)
    {
        var takesMutability = rule.TagMutability is null;
        return rule with
        {
            TagMutability = rule.TagMutability ?? model.Repository.ImageTagMutability,
            MutabilityExclusions = takesMutability
                ? [.. model.Repository.ImageTagMutabilityExclusionFilters.Select(filter => filter.Filter).OfType<string>()]
                : rule.MutabilityExclusions,
            ScanOnPush = rule.ScanOnPush ?? model.Repository.ImageScanningConfiguration?.ScanOnPush,
            EncryptionType = rule.EncryptionType ?? model.Repository.EncryptionConfiguration?.EncryptionType,
            LifecyclePolicy = rule.LifecyclePolicy ?? model.LifecyclePolicy,
            Tags = model.Tags.Where(tag => !tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) && !rule.Tags.ContainsKey(tag.Key))
                .Concat(rule.Tags)
                .ToDictionary(StringComparer.Ordinal),
        };
    }
}
