using System.Text.Json.Nodes;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Provisioning;

/// <summary>One setting of a repository that is not as the rule wants it.</summary>
/// <param name="Setting">As in the configuration: <c>tagMutability</c>, <c>scanOnPush</c>, <c>encryption</c>, <c>lifecyclePolicy</c>, <c>repositoryPolicy</c>, <c>tags</c>.</param>
/// <param name="CanChange">False for encryption, which is fixed when a repository is created.</param>
public sealed record RepositoryDrift(string Setting, string Actual, string Wanted, bool CanChange)
{
    internal static IReadOnlyList<RepositoryDrift> Between(RepositorySettings actual, RepositoryCreationOptions wanted) =>
        [.. Mutability(actual.Repository, wanted), .. Scanning(actual.Repository, wanted), .. Encryption(actual.Repository, wanted), .. Policies(actual, wanted), .. TagsOf(actual, wanted)];

    private static IEnumerable<RepositoryDrift> Mutability(Repository actual, RepositoryCreationOptions wanted)
    {
        if (wanted.TagMutability is not { } mutability) yield break;
        var have = Describe(actual.ImageTagMutability ?? "MUTABLE", actual.ImageTagMutabilityExclusionFilters.Select(filter => filter.Filter ?? ""));
        var want = Describe(mutability, wanted.MutabilityExclusions);
        if (have != want) yield return new RepositoryDrift("tagMutability", have, want, CanChange: true);
    }

    private static IEnumerable<RepositoryDrift> Scanning(Repository actual, RepositoryCreationOptions wanted)
    {
        var have = actual.ImageScanningConfiguration?.ScanOnPush ?? false;
        if (wanted.ScanOnPush is { } want && have != want) yield return new RepositoryDrift("scanOnPush", Word(have), Word(want), CanChange: true);
    }

    private static IEnumerable<RepositoryDrift> Encryption(Repository actual, RepositoryCreationOptions wanted)
    {
        if (wanted.EncryptionType is not { } type) yield break;
        var have = actual.EncryptionConfiguration?.EncryptionType ?? "AES256";
        var key = actual.EncryptionConfiguration?.KmsKey;
        if (have != type) yield return new RepositoryDrift("encryption", have, type, CanChange: false);

        // ECR answers with the key's ARN; ids and aliases cannot be compared without asking KMS.
        else if (wanted.KmsKey is { } wantedKey && wantedKey.StartsWith("arn:", StringComparison.Ordinal) && wantedKey.Contains(":key/", StringComparison.Ordinal) && key != wantedKey)
            yield return new RepositoryDrift("encryption", key ?? "the AWS managed key", wantedKey, CanChange: false);
    }

    private static IEnumerable<RepositoryDrift> Policies(RepositorySettings actual, RepositoryCreationOptions wanted)
    {
        if (wanted.LifecyclePolicy is { } lifecycle && !SameJson(actual.LifecyclePolicy, lifecycle))
            yield return new RepositoryDrift("lifecyclePolicy", actual.LifecyclePolicy is null ? "none" : "another policy", "the policy of the rule", CanChange: true);
        if (wanted.RepositoryPolicy is { } policy && !SameJson(actual.RepositoryPolicy, policy))
            yield return new RepositoryDrift("repositoryPolicy", actual.RepositoryPolicy is null ? "none" : "another policy", "the policy of the rule", CanChange: true);
    }

    private static IEnumerable<RepositoryDrift> TagsOf(RepositorySettings actual, RepositoryCreationOptions wanted)
    {
        foreach (var (key, value) in wanted.Tags)
        {
            var have = actual.Tags.GetValueOrDefault(key);
            if (have != value) yield return new RepositoryDrift("tags", have is null ? $"no {key}" : $"{key}={have}", $"{key}={value}", CanChange: true);
        }
    }

    private static bool SameJson(string? left, string right) => left is not null && JsonNode.DeepEquals(JsonNode.Parse(left), JsonNode.Parse(right));

    private static string Describe(string mutability, IEnumerable<string> exclusions)
    {
        var list = string.Join(", ", exclusions.Order(StringComparer.Ordinal));
        return list.Length == 0 ? mutability : $"{mutability} ({list})";
    }

    private static string Word(bool value) => value ? "true" : "false";
}
