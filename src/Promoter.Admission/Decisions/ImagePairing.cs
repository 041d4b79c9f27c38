using System.Collections.Concurrent;
using Promoter.Admission.OnDemand;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Decisions;

/// <summary>Asks the rules, for references to a target as well as to a source. The target is asked first, so that what is there already is never taken for a source.</summary>
internal sealed class ImagePairing(PromotionRules rules)
{
    /// <summary>Clusters name the same few hundred references all day, at about a kilobyte each; whoever makes up more only makes this look again.</summary>
    private const int Capacity = 4_000;
    private readonly ConcurrentDictionary<string, Pairing> _known = new(StringComparer.Ordinal);

    /// <summary>The same for a reference as somebody wrote it; what is none is covered by nothing.</summary>
    public Pairing Find(string text)
    {
        if (_known.TryGetValue(text, out var known)) return known;
        if (_known.Count >= Capacity) _known.Clear();
        return _known[text] = ImageReference.TryParse(text, out var reference) ? Find(reference) : new Pairing.NotCovered("");
    }

    public Pairing Find(ImageReference reference) => rules.Match(reference) switch
    {
        RuleMatch.Covered covered => new Pairing.Covered(new PairedImage(covered.Rule.Name, covered.Source, covered.Target, NamesSource: false)),
        RuleMatch.Refused refused => new Pairing.Refused(new PairedImage(refused.Rule.Name, SourceOf(refused.Rule, reference), reference, NamesSource: false), refused.Reason),
        RuleMatch.Ambiguous ambiguous => new Pairing.NotCovered(ambiguous.Reason),
        _ => FindSource(reference),
    };

    // Where it would come from if the rule did not refuse its tag: whether a pod may have it is asked there all the same.
    private static ImageReference SourceOf(PromotionRuleConfig rule, ImageReference target) => rule.Target.Holds(target, out var rest)
        ? ImageReference.Parse($"{rule.Source.Host}/{rule.Source.Repository(rest)}").WithTag(target.Tag).WithDigest(target.Digest)
        : target;

    private Pairing FindSource(ImageReference reference) => rules.MatchSource(reference) switch
    {
        RuleMatch.Covered covered => new Pairing.Covered(new PairedImage(covered.Rule.Name, covered.Source, covered.Target, NamesSource: true)),
        // A source reference whose tag may not be promoted stays what it is: a pod that names the source may use it.
        RuleMatch.Refused refused => new Pairing.NotCovered(refused.Reason),
        RuleMatch.Ambiguous ambiguous => new Pairing.NotCovered(ambiguous.Reason),
        RuleMatch.Skipped skipped => new Pairing.NotCovered(skipped.Reason),
        _ => new Pairing.NotCovered("no rule covers it"),
    };
}
