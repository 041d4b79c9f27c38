using Promoter.Admission.Decisions;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Support;

/// <summary>The rule of the recorded reviews: account 1 is promoted to account 2, repositories <c>shop/*</c>.</summary>
internal static class Rules
{
    public const string SourceHost = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    public const string TargetHost = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    public static PromotionRuleConfig Shop { get; } = new()
    {
        Name = "shop",
        Source = RegistryPrefix.Parse(SourceHost),
        Target = RegistryPrefix.Parse(TargetHost),
        Repositories = [Glob.Parse("shop/*")],
        Tags = new TagPolicy { Deny = [Glob.Parse("latest")] },
    };

    public static ImagePairing Pairing(params PromotionRuleConfig[] rules) => new(new PromotionRules(rules.Length == 0 ? [Shop] : rules));
}
