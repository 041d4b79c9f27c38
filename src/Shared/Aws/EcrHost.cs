using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws;

/// <summary>
/// What an ECR host name says: account, region, partition and variant of the endpoint
/// (<c>111111111111.dkr.ecr.eu-west-1.amazonaws.com</c>, <c>….dkr-ecr-fips.us-gov-west-1.on.aws</c>, <c>public.ecr.aws</c>).
/// </summary>
public sealed partial record EcrHost
{
    /// <summary>The public gallery; its API answers in us-east-1 only.</summary>
    public const string PublicGallery = "public.ecr.aws";

    private const string PublicGalleryDualStack = "ecr-public.aws.com";
    private const string PublicRegion = "us-east-1";

    private EcrHost(string name, string accountId, string region)
    {
        Name = name;
        AccountId = accountId;
        Region = region;
        Partition = AwsPartition.Of(region);
    }

    /// <summary>The host as it stands in references.</summary>
    public string Name { get; }

    /// <summary>Twelve digits; empty for the public gallery and for names that do not tell it.</summary>
    public string AccountId { get; }

    public string Region { get; }

    public AwsPartition Partition { get; }

    /// <summary>The endpoint's cryptography is FIPS 140 validated.</summary>
    public bool IsFips { get; private init; }

    /// <summary>The endpoint answers over IPv4 and IPv6 (<c>dkr-ecr…on.aws</c>).</summary>
    public bool IsDualStack { get; private init; }

    public bool IsPublic { get; private init; }

    /// <summary>Where this registry's JSON API is.</summary>
    public string ApiEndpoint => IsPublic ? EcrEndpoints.PublicApi(PublicRegion) : EcrEndpoints.Api(Region, IsFips, IsDualStack);

    /// <summary>The resource name of a repository in this registry, or of all of them (<c>*</c>).</summary>
    public string RepositoryArn(string repository) => $"arn:{Partition.Name}:ecr:{Region}:{AccountId}:repository/{repository}";

    public override string ToString() => Name;

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EcrHost? host) => TryParse(text, out host, out _);

    /// <summary>Reads <paramref name="text"/> as an ECR host.</summary>
    /// <param name="problem">Why it is not one although it looks like one; null where it is simply another registry's host.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EcrHost? host, out string? problem)
    {
        host = null;
        problem = null;
        if (text is null) return false;
        if (text == PublicGallery || text == PublicGalleryDualStack)
        {
            host = new EcrHost(text, "", PublicRegion) { IsPublic = true, IsDualStack = text == PublicGalleryDualStack };
            return true;
        }

        var match = Pattern.Match(text);
        if (!match.Success)
        {
            if (LooksLikeEcr.IsMatch(text)) problem = $"'{text}' looks like an ECR host but is not one: expected ACCOUNT.dkr.ecr.REGION.amazonaws.com with a 12-digit account";
            return false;
        }

        var region = match.Groups["region"].Value;
        var suffix = match.Groups["suffix"].Value;
        var isDualStack = match.Groups["separator"].Value is "-";
        var partition = AwsPartition.Of(region);
        var expected = isDualStack ? partition.RegistryDualStackSuffix : partition.DnsSuffix;
        if (suffix != expected)
        {
            problem = $"'{text}' cannot be right: region {region} belongs to partition {partition.Name}, whose {(isDualStack ? "dual-stack " : "")}registries end in {expected}";
            return false;
        }

        host = new EcrHost(text, match.Groups["account"].Value, region) { IsFips = match.Groups["fips"].Success, IsDualStack = isDualStack };
        return true;
    }

    /// <summary>A registry that is ECR behind another name (a company's own host name or proxy).</summary>
    internal static EcrHost Behind(string name, string accountId, string region) => new(name, accountId, region);

    // The same forms as amazon-ecr-credential-helper accepts (ecr-login/api/client.go).
    [GeneratedRegex(@"^(?<account>[0-9]{12})\.dkr(?<separator>[.-])ecr(?<fips>-fips)?\.(?<region>[a-z]{2,5}(-[a-z0-9]+)+)\.(?<suffix>[a-z0-9.-]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }

    [GeneratedRegex(@"\.dkr[.-]ecr(-fips)?\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LooksLikeEcr { get; }
}
