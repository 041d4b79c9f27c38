using System.Net;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Configuration;

/// <summary>The keys of the sections below <c>admission</c>.</summary>
internal static class SectionShapes
{
    private static ConfigType<IPNetwork> Network { get; } = ConfigTypes.Parsed(
        "network", text => IPNetwork.TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is no network: write it as 10.0.0.0/8"), network => network.ToString());

    public static ConfigShape<CacheConfig> Cache { get; } = new ConfigShape<CacheConfig>("cache", "How long it is remembered what the target has.", new CacheConfig())
        .Key("present", ConfigTypes.Duration("1s", "7d"), c => c.Present, (c, v) => c with { Present = v }, "For an image that is there. Forgotten earlier when a pod cannot pull it.")
        .Key("missing", ConfigTypes.Duration("100ms", "1h"), c => c.Missing, (c, v) => c with { Missing = v }, "For an image that is not there.")
        .Key("lookUp", ConfigTypes.Duration("10ms", "30s"), c => c.LookUp, (c, v) => c with { LookUp = v }, "The longest that one question to the target may hold a review up.");

    public static ConfigShape<GateConfig> Gate { get; } = new ConfigShape<GateConfig>("gate", "Scheduling gates of pods whose image takes longer.", new GateConfig())
        .Key("enabled", ConfigTypes.Flag, g => g.Enabled, (g, v) => g with { Enabled = v }, "Whether pods are gated at all.")
        .Key("deadline", ConfigTypes.Duration("1s", "7d"), g => g.Deadline, (g, v) => g with { Deadline = v }, "How long a pod waits at most.")
        .Key(
            "onDeadline", AnswerTypes.Deadline, g => g.OnDeadline, (g, v) => g with { OnDeadline = v },
            "What happens then: `ungate` releases the pod as it is, `source` puts the source's references into its containers (the chart's `policies.limitServiceAccount.mayChangeImages` has to be on), `keep` leaves it gated.");

    public static ConfigShape<OnDemandConfig> OnDemand { get; } = new ConfigShape<OnDemandConfig>("onDemand", "How missing images are brought.", new OnDemandConfig())
        .Key("parallelism", ConfigTypes.Whole(1, 64), o => o.Parallelism, (o, v) => o with { Parallelism = v }, "Images copied at once by one replica. Read at the start.")
        .Key(
            "leaseDuration", ConfigTypes.Duration("5s", "10m"), o => o.LeaseDuration, (o, v) => o with { LeaseDuration = v },
            "After how long without a sign of life another replica takes a copy over; it is renewed every third of it. Read at the start.")
        .Key("jobAbove", ConfigTypes.Size, o => o.JobAbove ?? 0, (o, v) => o with { JobAbove = v }, "Copies larger than this run as a Job of `promoter`; left out, none does.");

    public static ConfigShape<PrefetchConfig> Prefetch { get; } = new ConfigShape<PrefetchConfig>("prefetch", "Promote the images of workloads ahead of their pods.", new PrefetchConfig())
        .Key("enabled", ConfigTypes.Flag, p => p.Enabled, (p, v) => p with { Enabled = v }, "Watch Deployments, StatefulSets, DaemonSets, Jobs and CronJobs, and bring what their pods will need. None of them is changed.")
        .Key("parallelism", ConfigTypes.Whole(1, 64), p => p.Parallelism, (p, v) => p with { Parallelism = v }, "Images brought ahead at once; they share onDemand.parallelism with those that pods wait for.");

    public static ConfigShape<QuotaConfig> Quota { get; } = new ConfigShape<QuotaConfig>("quota", "What one namespace may have brought, by all replicas together.", new QuotaConfig())
        .Key("bytesPerHour", ConfigTypes.Size, q => q.BytesPerHour ?? 0, (q, v) => q with { BytesPerHour = v }, "Bytes within an hour; left out, there is no limit.")
        .Key("imagesPerHour", ConfigTypes.Whole(1, 100_000), q => q.ImagesPerHour ?? 0, (q, v) => q with { ImagesPerHour = v }, "Images within an hour; left out, there is no limit.")
        .Key("concurrent", ConfigTypes.Whole(1, 1000), q => q.Concurrent ?? 0, (q, v) => q with { Concurrent = v }, "Copies at once; left out, there is no limit.");

    public static ConfigShape<AccessConfig> Access { get; } = new ConfigShape<AccessConfig>("access", "Who may have what brought.", new AccessConfig())
        .Key(
            "pullSecrets", ConfigTypes.Flag, a => a.PullSecrets, (a, v) => a with { PullSecrets = v },
            "Read the source with the pod's own pull secrets, and refuse pods whose own could not read it.")
        .Key(
            "sources", ConfigTypes.ListOf(ConfigTypes.RegistryPrefix), a => a.Sources, (a, v) => a with { Sources = v },
            "The registries, or prefixes in them, from which images may be brought on demand; left out, all that the rules name. Others are never asked.")
        .Key(
            "allowNetworks", ConfigTypes.ListOf(Network), a => a.AllowNetworks, (a, v) => a with { AllowNetworks = v },
            "Networks (CIDR) in which a source, or where it redirects to, may lie although its addresses are private or link-local. Registries that are listed under `registries`, and AWS's own names, may be private without it.")
        .Key("maxImageSize", ConfigTypes.Size, a => a.MaxImageBytes ?? 0, (a, v) => a with { MaxImageBytes = v }, "Refuse images that are larger, all platforms and layers together; left out, there is no limit.")
        .Key("quota", ConfigTypes.SectionOf(Quota), a => a.Quota ?? new QuotaConfig(), (a, v) => a with { Quota = v }, "What one namespace may have brought, by all replicas together.");

    public static ConfigShape<RuleAnswers> Rule { get; } = new ConfigShape<RuleAnswers>("rule exception", "What is different for the images of one rule.", new RuleAnswers())
        .Key("onMissing", AnswerTypes.Missing, r => r.OnMissing ?? default, (r, v) => r with { OnMissing = v }, "In place of admission.onMissing.")
        .Key("cannotGate", AnswerTypes.Fallback, r => r.CannotGate ?? default, (r, v) => r with { CannotGate = v }, "In place of admission.cannotGate.")
        .Key("pin", ConfigTypes.Flag, r => r.Pin ?? false, (r, v) => r with { Pin = v }, "In place of admission.pin.")
        .Key("pullSecrets", ConfigTypes.Flag, r => r.PullSecrets ?? false, (r, v) => r with { PullSecrets = v }, "In place of admission.access.pullSecrets.");
}
