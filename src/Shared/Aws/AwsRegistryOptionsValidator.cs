using System.Text.RegularExpressions;
using Promoter.Aws.Provisioning;
using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Aws;

/// <summary>Everything that can be known to be wrong with options before a request is made, all at once.</summary>
public static partial class AwsRegistryOptionsValidator
{
    /// <summary>One sentence per problem, each with the host that it is about; empty where there is none.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyCollection<AwsRegistryOptions> options)
    {
        var problems = new List<string>();
        foreach (var duplicate in options.GroupBy(item => item.Host, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            problems.Add($"registry {duplicate.Key}: it is configured {duplicate.Count()} times");
        }

        foreach (var item in options)
        {
            problems.AddRange(OfHost(item).Concat(OfIdentity(item)).Concat(OfEndpoints(item)).Concat(OfCreation(item)).Select(problem => $"registry {item.Host}: {problem}"));
        }

        return problems;
    }

    private static IEnumerable<string> OfHost(AwsRegistryOptions options)
    {
        if (!RegistryHost.IsValid(options.Host, out var invalid))
        {
            yield return invalid;
            yield break;
        }

        if (options.Region is { Length: > 0 } region && !AwsGrammar.Region.IsMatch(region)) yield return $"region '{region}' is not the name of an AWS region (for example eu-west-1)";
        else if (options.AccountId is { Length: > 0 } account && !AwsGrammar.Account.IsMatch(account)) yield return $"account '{account}' is not an AWS account id: twelve digits";
        else
        {
            foreach (var problem in OfHostName(options)) yield return problem;
        }
    }

    private static IEnumerable<string> OfHostName(AwsRegistryOptions options)
    {
        if (EcrHost.TryParse(options.Host, out var host, out var problem))
        {
            if (options.Region is { Length: > 0 } given && given != host.Region) yield return $"region {given} is configured, but the host is in {host.Region}: leave region out";
            if (options.AccountId is { Length: > 0 } other && host.AccountId.Length > 0 && other != host.AccountId) yield return $"account {other} is configured, but the host belongs to account {host.AccountId}: leave it out or correct the host";
        }
        else if (problem is not null)
        {
            yield return problem;
        }
        else if (string.IsNullOrEmpty(options.Region))
        {
            yield return "the host does not say its region: set region (and accountId) for an ECR registry behind a name of its own, or remove the aws section";
        }
    }

    private static IEnumerable<string> OfIdentity(AwsRegistryOptions options)
    {
        if (options.RoleArn is { Length: > 0 } arn)
        {
            if (!AwsGrammar.RoleArn.IsMatch(arn)) yield return $"roleArn '{arn}' is not the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME";
            else if (EcrHost.TryParse(options.Host, out var host) && arn.Split(':')[1] is var partition && host.Partition.Name != partition)
                yield return $"roleArn is in partition {partition}, but the host is in {host.Partition.Name}: a role of one cannot be used in the other";
        }

        if (options.ExternalId is { Length: > 0 } externalId)
        {
            if (!ExternalId.IsMatch(externalId)) yield return "externalId has 2 to 1224 letters, digits and _+=,.@:/-";
            if (options.RoleArn is null) yield return "externalId is given without roleArn: it is sent when a role is assumed";
            else if (options.Source == AwsCredentialSource.WebIdentity) yield return "externalId cannot be sent with a web identity: leave it out, or assume the role from other credentials";
        }

        if (options.SessionName is { } session && !AwsGrammar.SessionName.IsMatch(session)) yield return $"sessionName '{session}' has 2 to 64 letters, digits and _+=,.@-";
        if (options.Source == AwsCredentialSource.Profile && string.IsNullOrEmpty(options.Profile)) yield return "credentials come from a profile, but profile is not set";
        if (options.Source != AwsCredentialSource.Profile && !string.IsNullOrEmpty(options.Profile)) yield return $"profile is set, but credentials come from {options.Source}";
        if (options.Source != AwsCredentialSource.WebIdentity && !string.IsNullOrEmpty(options.WebIdentityTokenFile))
            yield return $"webIdentity is set, but credentials come from {options.Source}";
    }

    private static IEnumerable<string> OfCreation(AwsRegistryOptions options) => options.CreateRepositories is { } creation
        ? RepositoryCreationOptionsValidator.Problems(creation, EcrHost.TryParse(options.Host, out var host) ? host : null)
        : [];

    private static IEnumerable<string> OfEndpoints(AwsRegistryOptions options)
    {
        foreach (var (name, value) in new[] { ("the ECR endpoint", options.EcrEndpoint), ("the STS endpoint", options.StsEndpoint) })
        {
            if (string.IsNullOrEmpty(value)) continue;
            if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) yield return $"{name} '{value}' is not an http or https URL";
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_+=,.@:/-]{2,1224}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExternalId { get; }
}
