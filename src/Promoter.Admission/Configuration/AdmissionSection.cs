using Promoter.Promotion.Configuration;
using Promoter.Yaml;

namespace Promoter.Admission.Configuration;

/// <summary>The keys of the section <c>admission</c>: reader, schema, reference and environment variables all follow this description.</summary>
internal static class AdmissionSection
{
    /// <summary>Prefix of the variables that override simple keys.</summary>
    public const string Variables = "PROMOTER_ADMISSION";

    public static ConfigShape<AdmissionConfig> Shape { get; } = new ConfigShape<AdmissionConfig>("admission", "How the admission webhook behaves.", new AdmissionConfig())
        .Key("observe", ConfigTypes.Flag, c => c.Observe, (c, v) => c with { Observe = v }, "Say what would be done (warnings, metrics, audit annotations), and do nothing.")
        .Key(
            "onMissing", AnswerTypes.Missing, c => c.OnMissing, (c, v) => c with { OnMissing = v },
            "What a pod gets whose image the target does not have yet. The image is brought in every case.")
        .Key(
            "cannotGate", AnswerTypes.Fallback, c => c.CannotGate, (c, v) => c with { CannotGate = v },
            "What it gets where it would have to wait and cannot: it is bound to a node, the container is ephemeral, gates are not supported.")
        .Key(
            "onRefused", AnswerTypes.Fallback, c => c.OnRefused, (c, v) => c with { OnRefused = v },
            "What it gets where a rule's tags, a limit or a quota refuse to bring the image.")
        .Key(
            "onTarget", ConfigTypes.SectionOf(FaultAnswersShapes.OfTarget), c => c.Target, (c, v) => c with { Target = v },
            "What it gets when the target registry does not say whether it has the image.")
        .Key(
            "onSource", ConfigTypes.SectionOf(FaultAnswersShapes.OfSource), c => c.Source, (c, v) => c with { Source = v },
            "What it gets when the source does not have the image, or does not say.")
        .Key("pin", ConfigTypes.Flag, c => c.Pin, (c, v) => c with { Pin = v }, "Write the digest behind the tag into the pod: `repo:tag@sha256:…`.")
        .Key("rewriteSource", ConfigTypes.Flag, c => c.RewriteSource, (c, v) => c with { RewriteSource = v }, "Rewrite references to a rule's source registry to its target.")
        .Key(
            "inlineBudget", ConfigTypes.Duration("10ms", "30s"), c => c.InlineBudget, (c, v) => c with { InlineBudget = v },
            "The longest that creating a pod waits for a short copy; never more than half of the webhook's timeout. An ephemeral container (kubectl debug) may wait for all of it.")
        .Key("allowOptOut", ConfigTypes.Flag, c => c.AllowOptOut, (c, v) => c with { AllowOptOut = v }, "Leave pods alone that carry the annotation `promoter.dev/ignore: \"true\"`.")
        .Key(
            "excludeNamespaces", ConfigTypes.ListOf(ConfigTypes.Text), c => c.ExcludeNamespaces, (c, v) => c with { ExcludeNamespaces = v },
            "Namespaces whose pods are left alone, besides the webhook's own.")
        .Key("cache", ConfigTypes.SectionOf(SectionShapes.Cache), c => c.Cache, (c, v) => c with { Cache = v }, "How long it is remembered what the target has.")
        .Key("gate", ConfigTypes.SectionOf(SectionShapes.Gate), c => c.Gate, (c, v) => c with { Gate = v }, "Scheduling gates of pods whose image takes longer.")
        .Key("onDemand", ConfigTypes.SectionOf(SectionShapes.OnDemand), c => c.OnDemand, (c, v) => c with { OnDemand = v }, "How missing images are brought.")
        .Key("access", ConfigTypes.SectionOf(SectionShapes.Access), c => c.Access, (c, v) => c with { Access = v }, "Who may have what brought.")
        .Key(
            "prefetch", ConfigTypes.SectionOf(SectionShapes.Prefetch), c => c.Prefetch, (c, v) => c with { Prefetch = v },
            "Promote the images of workloads ahead of their pods.")
        .Key("rules", ConfigTypes.MapOf(ConfigTypes.SectionOf(SectionShapes.Rule)), c => c.Rules, (c, v) => c with { Rules = v }, "Exceptions for the images of one rule, by the rule's name.");

    /// <exception cref="ConfigException">Everything that is wrong with the section.</exception>
    /// <param name="file">What messages call the file, where it has no such section and a variable is wrong.</param>
    public static AdmissionConfig Read(PromotionConfig config, ConfigEnvironment environment, string file)
    {
        var section = config.Admission ?? new ConfigNode(new YamlMapping([], new Position(1, 1)), file, Environment.CurrentDirectory);
        var admission = section.Read(Shape, Variables, environment);
        foreach (var rule in admission.Rules.Keys)
        {
            if (config.Rules.Any(known => known.Name == rule)) continue;
            throw new ConfigException(new ConfigProblem(section.File, section.Node.Position, $"admission.rules names the rule '{rule}', which is not among: {string.Join(", ", config.Rules.Select(known => known.Name))}"));
        }

        return admission;
    }
}
