using Promoter.Admission.Configuration;
using Promoter.Oci;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>
/// Where the registries of a configuration may be. A pod decides which image is asked for, so that a source, or where it redirects to, may lie in a private network
/// only where the configuration says so: by listing the registry, or by allowing the network.
/// </summary>
internal static class EngineAddresses
{
    /// <summary>Suffixes of names that AWS alone hands out, and that VPC endpoints resolve to private addresses: ECR's API and registries, S3's layer buckets.</summary>
    private static readonly string[] OfAws = [".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws"];

    public static AddressPolicy Of(PromotionConfig config, AccessConfig access)
    {
        var named = config.Registries.SelectMany(registry => new[] { HostOf(registry.Host), registry.Endpoint?.Host })
            .Concat(config.Rules.Select(rule => HostOf(rule.Target.Host)))
            // An address that stands in a rule is no name that somebody could turn elsewhere.
            .Concat(config.Rules.Select(rule => rule.Source.Host).Where(RegistryHost.IsLoopback).Select(HostOf))
            .OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new AddressPolicy
        {
            Allowed = access.AllowNetworks,
            MayBePrivate = host => named.Contains(host) || Array.Exists(OfAws, suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static string HostOf(string authority) => new Uri("https://" + authority).IdnHost;
}
