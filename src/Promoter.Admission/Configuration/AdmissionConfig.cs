using System.Net;
using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Configuration;

/// <summary>The section <c>admission</c> of the promotion configuration: how the webhook behaves.</summary>
internal sealed record AdmissionConfig
{
    /// <summary>Report what would be done, and do nothing.</summary>
    public bool Observe { get; init; }

    public MissingAnswer OnMissing { get; init; } = MissingAnswer.Auto;

    public FallbackAnswer CannotGate { get; init; } = FallbackAnswer.Allow;

    /// <summary>What a pod gets whose tag a rule refuses (<c>tags.deny</c>) and whose image is not at the target.</summary>
    public FallbackAnswer OnRefused { get; init; } = FallbackAnswer.Deny;

    /// <summary>When the target registry does not say whether it has the image.</summary>
    public FaultAnswers Target { get; init; } = FaultAnswers.OfTarget;

    /// <summary>When the source registry has no image to bring, or does not say.</summary>
    public FaultAnswers Source { get; init; } = FaultAnswers.OfSource;

    /// <summary>Write the digest of what was found behind the tag: <c>repo:tag@sha256:…</c>.</summary>
    public bool Pin { get; init; }

    /// <summary>Rewrite references to a rule's source registry to its target.</summary>
    public bool RewriteSource { get; init; } = true;

    /// <summary>The longest that a pod waits for a short copy; never more than half of what the API server allows.</summary>
    public TimeSpan InlineBudget { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether pods may opt out by the annotation <c>promoter.dev/ignore: "true"</c>.</summary>
    public bool AllowOptOut { get; init; }

    /// <summary>Namespaces whose pods are left alone, besides our own.</summary>
    public IReadOnlyList<string> ExcludeNamespaces { get; init; } = ["kube-system", "kube-node-lease"];

    public CacheConfig Cache { get; init; } = new();

    public GateConfig Gate { get; init; } = new();

    public OnDemandConfig OnDemand { get; init; } = new();

    public AccessConfig Access { get; init; } = new();

    public PrefetchConfig Prefetch { get; init; } = new();

    /// <summary>Exceptions by the name of the promotion rule.</summary>
    public IReadOnlyDictionary<string, RuleAnswers> Rules { get; init; } = new Dictionary<string, RuleAnswers>(StringComparer.Ordinal);

    public MissingAnswer MissingFor(string rule) => Rules.GetValueOrDefault(rule)?.OnMissing ?? OnMissing;

    public FallbackAnswer CannotGateFor(string rule) => Rules.GetValueOrDefault(rule)?.CannotGate ?? CannotGate;

    public bool PinFor(string rule) => Rules.GetValueOrDefault(rule)?.Pin ?? Pin;

    public bool UsesPullSecrets(string rule) => Rules.GetValueOrDefault(rule)?.PullSecrets ?? Access.PullSecrets;
}

/// <summary>Answers to the faults of one side.</summary>
internal sealed record FaultAnswers(FaultAnswer Missing, FaultAnswer Denied, FaultAnswer Throttled, FaultAnswer TimedOut)
{
    /// <summary>Most likely the image is there and the kubelet, or a node's own store, has it: never block a cluster on a registry's bad minute.</summary>
    public static readonly FaultAnswers OfTarget = new(FaultAnswer.Gate, FaultAnswer.Allow, FaultAnswer.Allow, FaultAnswer.Allow);

    /// <summary>The target is known not to have the image. A source that has none either is definitive and cheap to say.</summary>
    public static readonly FaultAnswers OfSource = new(FaultAnswer.Deny, FaultAnswer.Allow, FaultAnswer.Gate, FaultAnswer.Gate);
}

/// <summary>How long it is remembered what the target has.</summary>
internal sealed record CacheConfig
{
    public TimeSpan Present { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan Missing { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that one look-up may hold a review up.</summary>
    public TimeSpan LookUp { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Scheduling gates of pods whose image takes longer.</summary>
internal sealed record GateConfig
{
    public bool Enabled { get; init; } = true;

    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(15);

    public DeadlineAnswer OnDeadline { get; init; } = DeadlineAnswer.Ungate;
}

/// <summary>How missing images are brought.</summary>
internal sealed record OnDemandConfig
{
    /// <summary>Images copied at once by one replica; the rest wait.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>After how long without a sign of life another replica takes a copy over.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Copies larger than this run as a Job of <c>promoter</c>; null: never.</summary>
    public long? JobAbove { get; init; }
}

/// <summary>Promotions ahead of pods, for workloads that will make them.</summary>
internal sealed record PrefetchConfig
{
    public bool Enabled { get; init; }

    /// <summary>Images brought ahead at once, of those that the leading replica copies at once.</summary>
    public int Parallelism { get; init; } = 2;
}

/// <summary>Who may have what brought.</summary>
internal sealed record AccessConfig
{
    /// <summary>Read the source with the pod's own pull secrets instead of the rule's credentials.</summary>
    public bool PullSecrets { get; init; }

    /// <summary>Registries (or parts of them) from which images may be brought on demand; empty: all that the rules name.</summary>
    public IReadOnlyList<RegistryPrefix> Sources { get; init; } = [];

    /// <summary>Networks in which a source, or where it redirects to, may lie although they are private or link-local.</summary>
    public IReadOnlyList<IPNetwork> AllowNetworks { get; init; } = [];

    /// <summary>Refuse images that are larger; null: no limit.</summary>
    public long? MaxImageBytes { get; init; }

    /// <summary>Limits per namespace and hour; null: none.</summary>
    public QuotaConfig? Quota { get; init; }

    /// <summary>Whether on-demand promotions may read this source.</summary>
    public bool Allows(ImageReference source) => Sources.Count == 0 || Sources.Any(allowed => allowed.Holds(source, out _));
}

/// <summary>What one namespace may have brought, by all replicas together.</summary>
internal sealed record QuotaConfig
{
    public long? BytesPerHour { get; init; }

    public int? ImagesPerHour { get; init; }

    public int? Concurrent { get; init; }
}

/// <summary>What is different for the images of one rule; null: as everywhere.</summary>
internal sealed record RuleAnswers
{
    public MissingAnswer? OnMissing { get; init; }

    public FallbackAnswer? CannotGate { get; init; }

    public bool? Pin { get; init; }

    public bool? PullSecrets { get; init; }
}
