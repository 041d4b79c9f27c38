using Promoter.Admission.Configuration;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;

namespace Promoter.Admission.Decisions;

/// <summary>Decides about one reference: whose it is, whether the target has it, and what a pod gets whose image it does not have.</summary>
internal sealed class ImageDecider(PresenceCache presence, OnDemandPromotions onDemand, Func<IPromotionEngine> engine)
{
    public async ValueTask<ImageDecision> DecideAsync(string text, DecisionContext context, CancellationToken cancellationToken)
    {
        switch (context.Pairing.Find(text))
        {
            case Pairing.Covered { Image: var image } when context.Config.RewriteSource || !image.NamesSource:
                return await DecideAsync(new ImageAnswers(text, image, context), cancellationToken);
            case Pairing.Refused refused:
                return await DecideRefusedAsync(new ImageAnswers(text, refused.Image, context), refused.Reason, cancellationToken);
            case Pairing.NotCovered notCovered:
                return new ImageDecision(DecisionKind.Untouched, text, null, notCovered.Reason);
            default:
                return new ImageDecision(DecisionKind.Untouched, text, null, "references to the source are left alone (admission.rewriteSource)");
        }
    }

    private async ValueTask<ImageDecision> DecideAsync(ImageAnswers answers, CancellationToken cancellationToken)
    {
        var (access, objection) = await ProveAsync(answers, cancellationToken);
        if (objection is not null) return objection;

        return await presence.GetAsync(answers.Image.Target, LookUpPatience(answers.Context), cancellationToken) switch
        {
            PresenceAnswer.Present present => answers.Use(DecisionKind.Present, present.Digest, ""),
            PresenceAnswer.Unknown unknown => answers.Fault(unknown.Fault),
            _ when answers.Context.IsDryRun => await ForeseeAsync(answers, access, cancellationToken),
            _ => await BringAsync(answers, access, cancellationToken),
        };
    }

    private async ValueTask<ImageDecision> DecideRefusedAsync(ImageAnswers answers, string reason, CancellationToken cancellationToken)
    {
        var (_, objection) = await ProveAsync(answers, cancellationToken);
        if (objection is not null) return objection;

        var context = answers.Context;
        var answer = await presence.GetAsync(answers.Image.Target, LookUpPatience(context), cancellationToken);
        return answer is PresenceAnswer.Missing ? answers.Refuse(reason) : answers.Keep();
    }

    /// <summary>A private image is not given to a pod whose own credentials could not have read it (KEP-2535 has the kubelet do the same).</summary>
    private static async ValueTask<(SourceAccess Access, ImageDecision? Objection)> ProveAsync(ImageAnswers answers, CancellationToken cancellationToken)
    {
        var (image, context) = (answers.Image, answers.Context);
        if (!context.Config.UsesPullSecrets(image.Rule)) return (SourceAccess.OfRule, null);

        var access = await WaitAsync(context.AccessFor(image, cancellationToken).AsTask(), LookUpPatience(context), cancellationToken);
        if (access is null) return (SourceAccess.OfRule, answers.Unproven($"{image.Source.Registry} did not say in time whether this pod may read {image.Short}"));
        return access.Refusal is { } refusal ? (access, refusal.IsTransient ? answers.Unproven(refusal.Message) : answers.Fault(refusal)) : (access, null);
    }

    private static TimeSpan LookUpPatience(DecisionContext context) =>
        context.Config.Cache.LookUp < context.Budget.Left ? context.Config.Cache.LookUp : context.Budget.Left;

    /// <summary>What a real run would answer, found out by reading only.</summary>
    private async Task<ImageDecision> ForeseeAsync(ImageAnswers answers, SourceAccess access, CancellationToken cancellationToken)
    {
        var image = answers.Image;
        if (onDemand.Limits.RefuseSource(image) is { } forbidden) return answers.Fault(forbidden);
        var plan = await WaitAsync(engine().PlanAsync(image, access, cancellationToken), Patience(answers), cancellationToken);
        if (plan is PlanAnswer.Impossible { Fault: var fault }) return answers.Fault(fault);

        using var planned = (plan as PlanAnswer.Planned)?.Promotion;
        if (planned is not null && onDemand.Limits.Foresee(answers.Context.Namespace, image, planned) is { } refused) return answers.Fault(refused);
        var isInline = planned is not null && IsInline(planned, answers);
        var decision = isInline ? answers.Use(DecisionKind.Promoted, planned!.Digest, $"{image.Short} would be promoted now") : answers.Hold(planned);
        return decision with { Bytes = planned?.MissingBytes };
    }

    private async Task<ImageDecision> BringAsync(ImageAnswers answers, SourceAccess access, CancellationToken cancellationToken)
    {
        var run = onDemand.Start(answers.Image, answers.Context.Namespace, access);
        var plan = await WaitAsync(run.Planned, Patience(answers), cancellationToken);
        if (plan is PlanAnswer.Impossible { Fault: var fault }) return answers.Fault(fault);

        var planned = (plan as PlanAnswer.Planned)?.Promotion;
        if (planned is not null && IsInline(planned, answers))
        {
            var outcome = await WaitAsync(run.Completion, CopyPatience(answers), cancellationToken);
            if (outcome?.Fault is { } failed) return answers.Fault(failed) with { Bytes = planned.MissingBytes };
            if (outcome?.Digest is { } digest) return answers.Use(DecisionKind.Promoted, digest, "") with { Bytes = planned.MissingBytes };
        }

        return answers.Hold(planned) with { Bytes = planned?.MissingBytes };
    }

    private static TimeSpan Patience(ImageAnswers answers) =>
        answers.OnMissing is MissingAnswer.Inline ? answers.Context.Budget.Left : answers.Context.Budget.LeftInline(answers.Context.Config.InlineBudget);

    private static TimeSpan CopyPatience(ImageAnswers answers) => answers.Context.MayTakeAllOfTheBudget ? answers.Context.Budget.Left : Patience(answers);

    private bool IsInline(IPlannedPromotion planned, ImageAnswers answers) => answers.OnMissing switch
    {
        MissingAnswer.Inline => true,
        MissingAnswer.Auto => onDemand.Throughput.Estimate(planned.MissingBytes) <= CopyPatience(answers),
        _ => false,
    };

    /// <summary>The result, or null where it does not come in time. The work goes on either way.</summary>
    private static async Task<T?> WaitAsync<T>(Task<T> work, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await work.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
