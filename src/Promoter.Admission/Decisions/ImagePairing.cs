using Promoter.Admission.OnDemand;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Admission.Decisions;

/// <summary>Asks the rules, for references to a target as well as to a source. The target is asked first, so that what is there already is never taken for a source.</summary>
internal sealed class ImagePairing(PromotionRules rules)
{
    public Pairing Find(ImageReference reference) => rules.Match(reference) switch
    {
        RuleMatch.Covered covered => new Pairing.Covered(new PairedImage(covered.Rule.Name, covered.Source, covered.Target, NamesSource: false)),
        RuleMatch.Refused refused => new Pairing.Refused(reference, refused.Reason),
        RuleMatch.Ambiguous ambiguous => new Pairing.NotCovered(ambiguous.Reason),
        _ => FindSource(reference),
    };

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
