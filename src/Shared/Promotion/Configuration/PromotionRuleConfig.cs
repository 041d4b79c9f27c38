using Promoter.Copying;
using Promoter.Oci;

namespace Promoter.Promotion.Configuration;

/// <summary>One rule: which repositories and tags of a target registry are brought there from which source.</summary>
public sealed record PromotionRuleConfig
{
    /// <summary>What reports and messages call the rule.</summary>
    public required string Name { get; init; }

    /// <summary>Where images come from. Its prefix takes the place of the target's: <c>target/apps/shop</c> comes from <c>source/team/shop</c>.</summary>
    public required RegistryPrefix Source { get; init; }

    /// <summary>Where images go to, and what references in manifests name.</summary>
    public required RegistryPrefix Target { get; init; }

    /// <summary>Target repositories (whole paths, the target's prefix included) that the rule covers.</summary>
    public IReadOnlyList<Glob> Repositories { get; init; } = [Glob.All];

    /// <summary>Target repositories that the rule leaves out although <see cref="Repositories"/> matches.</summary>
    public IReadOnlyList<Glob> Exclude { get; init; } = [];

    public TagPolicy Tags { get; init; } = new();

    public ReferrerSelection Referrers { get; init; } = ReferrerSelection.All;

    /// <summary>Refuse images without a signature at the source.</summary>
    public bool RequireSignature { get; init; }

    internal static ConfigShape<PromotionRuleConfig> Shape { get; } = new ConfigShape<PromotionRuleConfig>(
        "rule", "Which repositories and tags of a target registry are brought there from which source.",
        new PromotionRuleConfig { Name = "", Source = new RegistryPrefix("", ""), Target = new RegistryPrefix("", "") })
        .Key("name", ConfigTypes.Text, r => r.Name, (r, v) => r with { Name = v }, "What reports call the rule.", isRequired: true)
        .Key(
            "source", ConfigTypes.RegistryPrefix, r => r.Source, (r, v) => r with { Source = v },
            "The registry that images come from, optionally with a prefix of repositories.", isRequired: true)
        .Key(
            "target", ConfigTypes.RegistryPrefix, r => r.Target, (r, v) => r with { Target = v },
            "The registry that manifests name, optionally with a prefix of repositories; the path below it is the same on both sides.", isRequired: true)
        .Key(
            "repositories", ConfigTypes.ListOf(ConfigTypes.Glob), r => r.Repositories, (r, v) => r with { Repositories = v },
            "Globs over target repositories (whole paths) that the rule covers. `*` stays within a path component, `**` crosses them.")
        .Key(
            "exclude", ConfigTypes.ListOf(ConfigTypes.Glob), r => r.Exclude, (r, v) => r with { Exclude = v },
            "Globs over target repositories that the rule leaves out.")
        .Key("tags", ConfigTypes.SectionOf(TagPolicy.Shape), r => r.Tags, (r, v) => r with { Tags = v }, "Which tags may be promoted, and which may move.")
        .Key(
            "referrers", new ConfigReferrers(), r => r.Referrers, (r, v) => r with { Referrers = v },
            "Which attached artifacts (signatures, attestations, SBOMs) come along.")
        .Key(
            "requireSignature", ConfigTypes.Flag, r => r.RequireSignature, (r, v) => r with { RequireSignature = v },
            "Refuse images without a signature (cosign, Sigstore bundle, Notation), those that were promoted unsigned before included. Whose signature is good, the cluster's policy says.")
        .Check(r => r.Source == r.Target ? $"source and target are both {r.Source}: a promotion needs two places" : null)
        .Check(r => r.Repositories.Count == 0 ? "'repositories' is empty, so the rule covers nothing: leave it out to cover every repository" : null);
}
