using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Job.Doctor;

/// <summary>One registry on one side of the rules, and the repositories there that are to be looked at.</summary>
/// <param name="Repositories">Named by images, or by globs that are plain names.</param>
/// <param name="Examples">Names that stand for a rule's globs where nothing names a repository: permissions are asked for them, but they need not exist.</param>
internal sealed record DoctorScope(string Host, Side Side, IReadOnlyList<string> Repositories, IReadOnlyList<string> Examples)
{
    // What a star stands for; a name that nobody gives to a repository.
    private const string ExampleName = "promoter-doctor";

    // By digest, since a tag could be one that the rule refuses.
    private static readonly Digest NoContent = Digest.Parse("sha256:" + new string('0', 64));

    /// <summary>Every registry of every rule, sources first.</summary>
    public static IReadOnlyList<DoctorScope> Of(PromotionRules rules, IReadOnlyList<PromotionRequest> requests)
    {
        var found = new List<(ImageReference Source, ImageReference Target, bool IsExample)>();
        foreach (var rule in rules.Rules)
        {
            var named = requests.Where(r => r.Rule == rule.Name).ToList();
            found.AddRange(named.Select(r => (r.Source, r.Target, IsExample: false)));
            if (named.Count == 0) found.AddRange(rule.Repositories.SelectMany(glob => Stand(rules, rule, glob)));
        }

        var sides = rules.Rules.Select(r => (r.Source.Host, Side.Source)).Concat(rules.Rules.Select(r => (r.Target.Host, Side.Target))).Distinct();
        return [.. sides.Select(side => new DoctorScope(side.Host, side.Item2, Names(found, side, examples: false), Names(found, side, examples: true)))];
    }

    private static IReadOnlyList<string> Names(IEnumerable<(ImageReference Source, ImageReference Target, bool IsExample)> found, (string Host, Side Side) at, bool examples) =>
        [.. found.Where(f => f.IsExample == examples).Select(f => at.Side == Side.Source ? f.Source : f.Target).Where(r => r.Registry == at.Host).Select(r => r.Repository).Distinct()];

    // A repository that the glob covers, and its source; none where the rule's own exclusions or another rule stand in the way.
    private static IEnumerable<(ImageReference Source, ImageReference Target, bool IsExample)> Stand(PromotionRules rules, PromotionRuleConfig rule, Glob glob)
    {
        var isPlain = !glob.Pattern.Contains('*', StringComparison.Ordinal) && !glob.Pattern.Contains('?', StringComparison.Ordinal);
        var name = glob.Pattern.Replace("**", "*", StringComparison.Ordinal).Replace("*", ExampleName, StringComparison.Ordinal).Replace('?', 'x');
        return new[] { name, rule.Target.Repository(name) }
            .Where(n => RepositoryName.IsValid(n, out _))
            .Select(n => rules.Match(ImageReference.Of(rule.Target.Host, n, tag: null, NoContent)))
            .OfType<RuleMatch.Covered>()
            .Where(covered => covered.Rule == rule)
            .Take(1)
            .Select(covered => (covered.Source, covered.Target, !isPlain));
    }
}
