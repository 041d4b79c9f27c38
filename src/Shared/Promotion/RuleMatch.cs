using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Promotion;

/// <summary>What the rules say of one reference.</summary>
public abstract record RuleMatch
{
    private RuleMatch()
    {
    }

    /// <summary>One rule covers it: it is promoted from <paramref name="Source"/> to <paramref name="Target"/>, which have the same tag and digest.</summary>
    public sealed record Covered(PromotionRuleConfig Rule, ImageReference Source, ImageReference Target) : RuleMatch;

    /// <summary>No rule covers it; it is left alone, and the reason is reported.</summary>
    public sealed record Skipped(string Reason) : RuleMatch;

    /// <summary>A rule covers the repository and refuses the tag (exit code 8).</summary>
    public sealed record Refused(PromotionRuleConfig Rule, string Reason) : RuleMatch;

    /// <summary>Several rules cover it, so that its source is not certain: an error of the configuration (exit code 2).</summary>
    public sealed record Ambiguous(IReadOnlyList<PromotionRuleConfig> Rules, string Reason) : RuleMatch;
}
