using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Promotion;

/// <summary>
/// Pairs target references with their sources (DESIGN decision 1): the target reference is the truth, and the path below the rule's prefixes is
/// the same on both sides.
/// </summary>
public sealed class PromotionRules(IReadOnlyList<PromotionRuleConfig> rules)
{
    public IReadOnlyList<PromotionRuleConfig> Rules { get; } = rules;

    /// <summary>The one rule that <c>--from</c> and <c>--to</c> stand for: everything below the target comes from the source.</summary>
    /// <exception cref="FormatException">One of them is not a registry, or both are the same.</exception>
    public static PromotionRules FromFlags(string from, string to)
    {
        var rule = new PromotionRuleConfig { Name = "--from/--to", Source = RegistryPrefix.Parse(from), Target = RegistryPrefix.Parse(to) };
        if (rule.Source == rule.Target) throw new FormatException($"--from and --to are both {rule.Source}: a promotion needs two places");
        return new PromotionRules([rule]);
    }

    /// <summary>What is to be done about a reference that a manifest or the command line names.</summary>
    public RuleMatch Match(ImageReference target)
    {
        var covering = Rules.Where(r => r.Target.Holds(target, out _) && CoversRepository(r, target.Repository)).ToList();
        return covering switch
        {
            [] => new RuleMatch.Skipped(ReasonToSkip(target)),
            [var rule] => Judge(rule, Moved(target, rule.Target, rule.Source), target),
            _ => Ambiguous(target, covering),
        };
    }

    /// <summary>
    /// The same for a reference to the <em>source</em> registry, as a pod may carry it: <see cref="RuleMatch.Covered.Target"/> is where it belongs.
    /// </summary>
    public RuleMatch MatchSource(ImageReference source)
    {
        var covering = Rules
            .Where(r => r.Source.Holds(source, out _) && CoversRepository(r, Moved(source, r.Source, r.Target).Repository))
            .ToList();
        return covering switch
        {
            [] when CoversSource(source) => new RuleMatch.Skipped($"no rule covers repository '{source.Repository}' of source {source.Registry}"),
            [] => new RuleMatch.Skipped($"{source.Registry} is not the source of any rule"),
            [var rule] => Judge(rule, source, Moved(source, rule.Source, rule.Target)),
            _ => Ambiguous(source, covering),
        };
    }

    /// <summary>Whether the reference names the source of a rule.</summary>
    public bool CoversSource(ImageReference reference) => Rules.Any(r => r.Source.Holds(reference, out _));

    private static RuleMatch Judge(PromotionRuleConfig rule, ImageReference source, ImageReference target)
    {
        // A reference without tag and digest means the default tag, so the policy for that tag holds. A digest alone claims no tag.
        var tag = target.Tag ?? (target.Digest is null ? ImageReference.DefaultTag : null);
        return tag is { } claimed && rule.Tags.Refusal(claimed) is { } refusal
            ? new RuleMatch.Refused(rule, $"rule '{rule.Name}' refuses {target}: {refusal}")
            : new RuleMatch.Covered(rule, source, target);
    }

    private static RuleMatch.Ambiguous Ambiguous(ImageReference reference, List<PromotionRuleConfig> covering) => new(
        covering,
        $"{reference} is covered by {covering.Count} rules ({Names(covering)}): narrow repositories or exclude until one is left");

    private static string Names(IEnumerable<PromotionRuleConfig> rules) => string.Join(", ", rules.Select(r => $"'{r.Name}'"));

    private static bool CoversRepository(PromotionRuleConfig rule, string repository) =>
        rule.Repositories.Any(g => g.IsMatch(repository)) && !rule.Exclude.Any(g => g.IsMatch(repository));

    private static ImageReference Moved(ImageReference reference, RegistryPrefix from, RegistryPrefix to) =>
        from.Holds(reference, out var rest)
            ? ImageReference.Of(to.Host, to.Repository(rest), reference.Tag, reference.Digest)
            : throw new ArgumentException($"{reference} is not below {from}", nameof(reference));

    private string ReasonToSkip(ImageReference target)
    {
        var candidates = Rules.Where(r => r.Target.Holds(target, out _)).ToList();
        if (candidates.Find(r => r.Exclude.Any(g => g.IsMatch(target.Repository))) is { } excluding)
        {
            return $"repository '{target.Repository}' is excluded by rule '{excluding.Name}'";
        }

        if (candidates.Count > 0) return $"repository '{target.Repository}' matches none of the globs of rule {Names(candidates)}";
        if (CoversSource(target)) return $"it names the source registry {target.Registry}, where it is already";
        var nearby = Rules.Select(r => r.Target).Where(t => t.Host == target.Registry).Distinct().ToList();
        return nearby.Count > 0
            ? $"repository '{target.Repository}' is outside the target {string.Join(", ", nearby)}"
            : $"{target.Registry} is not a target registry of any rule";
    }
}
