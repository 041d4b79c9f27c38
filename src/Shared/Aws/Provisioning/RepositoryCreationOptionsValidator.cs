using System.Text.Json;
using System.Text.RegularExpressions;

namespace Promoter.Aws.Provisioning;

/// <summary>Everything about the settings of new repositories that AWS would refuse and that can be known without asking.</summary>
internal static partial class RepositoryCreationOptionsValidator
{
    private const int MaxExclusions = 5;
    private const int MaxLifecyclePolicy = 30_720;
    private const int MaxRepositoryPolicy = 10_240;
    private const int MaxTags = 50;
    private static readonly string[] Mutabilities = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];
    private static readonly string[] EncryptionTypes = ["AES256", "KMS", "KMS_DSSE"];

    public static IEnumerable<string> Problems(RepositoryCreationOptions creation, EcrHost? host) =>
        Mutability(creation).Concat(Encryption(creation, host)).Concat(Policies(creation)).Concat(Tags(creation)).Concat(Template(creation))
            .Select(problem => $"createRepositories: {problem}");

    private static IEnumerable<string> Mutability(RepositoryCreationOptions creation)
    {
        if (creation.TagMutability is { } mutability && !Mutabilities.Contains(mutability, StringComparer.Ordinal))
            yield return $"tagMutability '{mutability}' is not one of {string.Join(", ", Mutabilities)}";
        var excludes = creation.TagMutability?.EndsWith("_WITH_EXCLUSION", StringComparison.Ordinal) == true;
        if (excludes && creation.MutabilityExclusions.Count == 0) yield return $"tagMutability {creation.TagMutability} needs at least one exclusion filter";
        if (!excludes && creation.MutabilityExclusions.Count > 0) yield return "exclusion filters are given, but tagMutability does not end in _WITH_EXCLUSION";
        if (creation.MutabilityExclusions.Count > MaxExclusions) yield return $"{creation.MutabilityExclusions.Count} exclusion filters are given: ECR takes {MaxExclusions}";
        foreach (var filter in creation.MutabilityExclusions.Where(filter => !Exclusion.IsMatch(filter)))
        {
            yield return $"exclusion filter '{filter}' has 1 to 128 letters, digits and ._*-";
        }
    }

    private static IEnumerable<string> Encryption(RepositoryCreationOptions creation, EcrHost? host)
    {
        if (creation.EncryptionType is { } type && !EncryptionTypes.Contains(type, StringComparer.Ordinal))
            yield return $"encryption type '{type}' is not one of {string.Join(", ", EncryptionTypes)}";
        if (creation.KmsKey is not { Length: > 0 } key) yield break;
        if (creation.EncryptionType is null or "AES256") yield return "a KMS key is given, but the encryption type is not KMS or KMS_DSSE";
        if (!key.StartsWith("arn:", StringComparison.Ordinal) || host is null) yield break;
        if (KeyArn.Match(key) is not { Success: true } arn) yield return $"'{key}' is not the ARN of a KMS key or alias";
        else if (arn.Groups["partition"].Value != host.Partition.Name || arn.Groups["region"].Value != host.Region)
            yield return $"the KMS key is in {arn.Groups["region"].Value}, but the registry is in {host.Region}: ECR uses only keys of its own region";
    }

    private static IEnumerable<string> Policies(RepositoryCreationOptions creation)
    {
        if (creation.LifecyclePolicy is { } lifecycle)
        {
            if (lifecycle.Length > MaxLifecyclePolicy) yield return $"the lifecycle policy has {lifecycle.Length} characters: at most {MaxLifecyclePolicy} are allowed";
            if (ProblemOf(lifecycle, "rules") is { } problem) yield return $"the lifecycle policy {problem}";
        }

        if (creation.RepositoryPolicy is { } policy)
        {
            if (policy.Length > MaxRepositoryPolicy) yield return $"the repository policy has {policy.Length} characters: at most {MaxRepositoryPolicy} are allowed";
            if (ProblemOf(policy, "Statement") is { } problem) yield return $"the repository policy {problem}";
        }
    }

    private static IEnumerable<string> Tags(RepositoryCreationOptions creation)
    {
        if (creation.Tags.Count > MaxTags) yield return $"{creation.Tags.Count} tags are given: AWS takes {MaxTags} per resource";
        foreach (var (key, value) in creation.Tags)
        {
            if (key.Length is 0 or > 128 || value.Length > 256) yield return $"tag '{key}' is too long or empty: keys have 1 to 128 characters, values at most 256";
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) yield return $"tag '{key}': names that start with aws: are AWS's own";
        }
    }

    private static IEnumerable<string> Template(RepositoryCreationOptions creation)
    {
        var hasSettings = creation.CopySourceSettings || creation.TagMutability is not null || creation.ScanOnPush is not null || creation.EncryptionType is not null
            || creation.LifecyclePolicy is not null || creation.RepositoryPolicy is not null || creation.Tags.Count > 0;
        if (creation.ByTemplate && hasSettings) yield return "repositories are made by a creation template, which has the settings: leave the settings out, or do not use the template";
    }

    private static string? ProblemOf(string json, string member)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty(member, out _) ? null : $"has no '{member}': is it the right file?";
        }
        catch (JsonException e)
        {
            return $"is not valid JSON: {e.Message}";
        }
    }

    [GeneratedRegex("^[0-9a-zA-Z._*-]{1,128}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Exclusion { get; }

    [GeneratedRegex("^arn:(?<partition>[a-z-]+):kms:(?<region>[a-z0-9-]+):[0-9]{12}:(key|alias)/.+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeyArn { get; }
}
