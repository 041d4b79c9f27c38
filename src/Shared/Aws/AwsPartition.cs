using Amazon;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using Promoter.Promotion.Configuration;

namespace Promoter.Aws;

/// <summary>A partition of AWS: a set of regions with its own accounts, names and hosts.</summary>
/// <param name="Name">As in resource names: <c>aws</c>, <c>aws-cn</c>, <c>aws-us-gov</c>, <c>aws-eusc</c>, <c>aws-iso…</c>.</param>
/// <param name="DnsSuffix">End of the hosts of services and registries.</param>
/// <param name="DualStackDnsSuffix">End of the dual-stack hosts of services.</param>
public sealed record AwsPartition(string Name, string DnsSuffix, string DualStackDnsSuffix)
{
    // The SDK takes every region that it is asked for into its list, under this name.
    private const string NameOfUnknown = "Unknown";

    private static IEnumerable<RegionEndpoint> Known => RegionEndpoint.EnumerableAllRegions.Where(region => region.DisplayName != NameOfUnknown);

    // Registries have dual-stack names of their own: where services use "api.", they use "on." (ECR user guide, "Dual-stack endpoints").
    public string RegistryDualStackSuffix =>
        DualStackDnsSuffix.StartsWith("api.", StringComparison.Ordinal) ? string.Concat("on.", DualStackDnsSuffix.AsSpan(4)) : DualStackDnsSuffix;

    /// <summary>The partition that a region belongs to by its name; also for regions newer than the SDK.</summary>
    public static AwsPartition Of(string region)
    {
        var partition = Fn.Partition(region);
        return new AwsPartition((string)Fn.GetAttr(partition, "name"), (string)Fn.GetAttr(partition, "dnsSuffix"), (string)Fn.GetAttr(partition, "dualStackDnsSuffix"));
    }

    /// <summary>Whether the SDK in use knows the region; a new region may be unknown and still exist.</summary>
    public static bool KnowsRegion(string region) => Known.Any(known => known.SystemName == region);

    /// <summary>The known region whose name is nearest to a mistyped one, or null where none is near.</summary>
    public static string? NearestRegion(string region) =>
        Suggestion.For(region, Known.Select(known => known.SystemName).Order(StringComparer.Ordinal));
}
