using Promoter.Admission.Configuration;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.Decisions;

/// <summary>The answers that the configuration has for one covered reference.</summary>
internal sealed record ImageAnswers(string Text, PairedImage Image, DecisionContext Context)
{
    public MissingAnswer OnMissing => Context.Config.MissingFor(Image.Rule);

    /// <summary>The pod uses the target's image.</summary>
    /// <param name="digest">What is behind the tag, where it is known.</param>
    public ImageDecision Use(DecisionKind kind, Digest? digest, string reason)
    {
        var wanted = Image.Target;
        if (digest is { } known && wanted.Digest is null && Context.Config.PinFor(Image.Rule)) wanted = wanted.WithTag(wanted.Tag ?? ImageReference.DefaultTag).WithDigest(known);
        // What already says the same stays as its author wrote it.
        return Decide(kind, Image.NamesSource || wanted != Image.Target ? wanted.ToString() : null, reason);
    }

    /// <summary>The pod keeps what it says: a rule refuses the tag, and the target has it or may have it all the same.</summary>
    public ImageDecision Keep() => Decide(DecisionKind.Allowed, null, "");

    /// <summary>A rule refuses the tag, and the target does not have it.</summary>
    public ImageDecision Refuse(string reason) => Decide(Context.Config.OnRefused is FallbackAnswer.Deny ? DecisionKind.Denied : DecisionKind.Allowed, null, reason);

    /// <summary>The image is on its way, and the pod cannot have it within the budget.</summary>
    /// <param name="planned">What has to cross; null where that was not found out in time.</param>
    public ImageDecision Hold(IPlannedPromotion? planned)
    {
        // Another replica may have brought all of its bytes a moment ago: that nothing is left would say that nothing is to be waited for.
        var what = $"{Image.Short} is being promoted{(planned is { MissingBytes: > 0 } ? $" ({ByteSize.Format(planned.MissingBytes)})" : "")}";
        return OnMissing switch
        {
            MissingAnswer.Source => UseSource($"{what}; this pod uses the source's image"),
            MissingAnswer.Deny => Deny($"{what} and not at the target yet: try again"),
            MissingAnswer.Allow or MissingAnswer.Inline => Use(DecisionKind.Allowed, planned?.Digest, $"{what}; pulling it may fail until then"),
            _ => Gate(planned?.Digest, what),
        };
    }

    /// <summary>A registry, or a limit of ours, stands in the way.</summary>
    public ImageDecision Fault(ImageFault fault)
    {
        var side = fault.Side is Side.Target ? Context.Config.Target : Context.Config.Source;
        var answer = fault.Kind switch
        {
            ImageFaultKind.Missing => side.Missing,
            ImageFaultKind.Denied => side.Denied,
            ImageFaultKind.Throttled => side.Throttled,
            ImageFaultKind.TimedOut => side.TimedOut,
            ImageFaultKind.Refused => Context.Config.OnRefused switch
            {
                FallbackAnswer.Source => FaultAnswer.Source,
                FallbackAnswer.Allow => FaultAnswer.Allow,
                _ => FaultAnswer.Deny,
            },
            _ => FaultAnswer.Allow,
        };
        return answer switch
        {
            FaultAnswer.Gate => Gate(null, fault.Message),
            FaultAnswer.Source => UseSource(fault.Message),
            FaultAnswer.Deny => Deny(fault.Message),
            _ => Use(DecisionKind.Allowed, null, fault.Message),
        };
    }

    /// <summary>It could not be found out whether this pod may have the image: it waits for the proof, and without a gate it is refused.</summary>
    public ImageDecision Unproven(string reason) =>
        Context.GateProblem is { } problem ? Deny($"{reason}; no gate: {problem}") : Use(DecisionKind.Gated, null, $"{reason}; the pod is scheduled when it is known");

    private ImageDecision Gate(Digest? digest, string what) => Context.GateProblem is not { } problem
        ? Use(DecisionKind.Gated, digest, $"{what}; the pod is scheduled when it is there")
        : Context.Config.CannotGateFor(Image.Rule) switch
        {
            FallbackAnswer.Source => UseSource($"{what}; no gate: {problem}"),
            FallbackAnswer.Deny => Deny($"{what}; no gate: {problem}"),
            _ => Use(DecisionKind.Allowed, digest, $"{what}; no gate: {problem}"),
        };

    private ImageDecision UseSource(string reason) => Decide(DecisionKind.Source, Image.NamesSource ? null : Image.Source.ToString(), reason);

    private ImageDecision Deny(string reason) => Decide(DecisionKind.Denied, null, reason);

    private ImageDecision Decide(DecisionKind kind, string? replacement, string reason) => new(kind, Text, replacement, reason) { Image = Image };
}
