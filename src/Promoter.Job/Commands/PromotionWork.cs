using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>What a command has to do: the references that were found, paired with their sources by the rules.</summary>
internal sealed record PromotionWork(IReadOnlyList<PromotionRequest> Requests, IReadOnlyList<SkippedImage> Skipped)
{
    /// <summary>Reads the inputs that the command line names and applies the rules to them.</summary>
    /// <exception cref="PromotionException">No rule, no image, a refused tag or an ambiguous rule.</exception>
    public static async Task<PromotionWork> ReadAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var rules = ImageInputs.RulesOf(context);
        var references = await ImageInputs.ReadAsync(context, cancellationToken);
        if (references.Images.Count == 0 && references.Skipped.Count == 0 && !ManifestInputs.MayBeEmpty(context.Parse))
        {
            throw new PromotionException(ExitCode.Usage, "the inputs name no image at all: give references, or manifests with -f, and check that the build is not empty");
        }

        return Of(context, rules, references);
    }

    /// <summary>Applies the rules to references that have been read.</summary>
    /// <exception cref="PromotionException">A refused tag or an ambiguous rule.</exception>
    public static PromotionWork Of(CommandContext context, PromotionRules rules, FoundImages references)
    {
        var requests = new List<PromotionRequest>();
        var skipped = references.Skipped.ToList();
        foreach (var image in references.Images) Add(rules.Match(image), image, context, requests, skipped);
        return new PromotionWork(requests, skipped);
    }

    private static void Add(RuleMatch match, ImageReference image, CommandContext context, List<PromotionRequest> requests, List<SkippedImage> skipped)
    {
        switch (match)
        {
            case RuleMatch.Covered covered:
                requests.Add(Request(covered, context));
                break;
            case RuleMatch.Skipped skip:
                skipped.Add(new SkippedImage(image.ToString(), skip.Reason));
                break;
            case RuleMatch.Refused refused:
                throw new PromotionException(ExitCode.Refused, refused.Reason);
            case RuleMatch.Ambiguous ambiguous:
                throw new PromotionException(ExitCode.Usage, ambiguous.Reason);
        }
    }

    private static PromotionRequest Request(RuleMatch.Covered covered, CommandContext context) => new(covered.Target, covered.Source)
    {
        Rule = covered.Rule.Name,
        Referrers = RunOptions.ReferrersOf(context.Parse) ?? covered.Rule.Referrers,
        MayMoveTag = covered.Target.Tag is { } tag && covered.Rule.Tags.MayTagMove(tag),
        RequireSignature = covered.Rule.RequireSignature || context.Parse.GetValue(RunOptions.RequireSignature),
        RefreshReferrers = context.Parse.GetValue(RunOptions.RefreshReferrers),
    };
}
