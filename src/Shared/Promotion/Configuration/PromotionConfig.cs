namespace Promoter.Promotion.Configuration;

/// <summary>The configuration file that the job and the webhook share. Flags override it: <c>config with { … }</c>.</summary>
public sealed record PromotionConfig
{
    public const string ApiVersion = "promoter.dev/v1alpha1";
    public const string Kind = "PromotionConfig";

    public IReadOnlyList<PromotionRuleConfig> Rules { get; init; } = [];

    public IReadOnlyList<RegistryConfig> Registries { get; init; } = [];

    public TransferConfig Transfer { get; init; } = new();

    public ReportConfig Report { get; init; } = new();

    public NotificationConfig Notifications { get; init; } = new();

    /// <summary>The webhook's section as it was written, for the webhook to read with a shape of its own; null where the file has none.</summary>
    public ConfigNode? Admission { get; init; }

    internal static ConfigShape<PromotionConfig> Shape { get; } = new ConfigShape<PromotionConfig>(
        "configuration", "What is promoted from where to where, how the registries are reached, and how the webhook behaves.", new PromotionConfig())
        .Key("apiVersion", ConfigTypes.OneOf((ApiVersion, ApiVersion)), _ => null, (c, _) => c, $"Always `{ApiVersion}`.", isRequired: true)
        .Key("kind", ConfigTypes.OneOf((Kind, Kind)), _ => null, (c, _) => c, $"Always `{Kind}`.", isRequired: true)
        .Key(
            "rules", ConfigTypes.ListOf(ConfigTypes.SectionOf(PromotionRuleConfig.Shape)), c => c.Rules, (c, v) => c with { Rules = v },
            "Which target images come from which source.")
        .Key(
            "registries", ConfigTypes.ListOf(ConfigTypes.SectionOf(RegistryConfig.Shape)), c => c.Registries, (c, v) => c with { Registries = v },
            "How registries are reached; one that is not listed, over HTTPS with docker config's credentials, or on ECR with the ambient AWS identity.")
        .Key("transfer", ConfigTypes.SectionOf(TransferConfig.Shape), c => c.Transfer, (c, v) => c with { Transfer = v }, "How content is copied.")
        .Key("report", ConfigTypes.SectionOf(ReportConfig.Shape), c => c.Report, (c, v) => c with { Report = v }, "What a run of the job leaves behind.")
        .Key(
            "notifications", ConfigTypes.SectionOf(NotificationConfig.Shape), c => c.Notifications, (c, v) => c with { Notifications = v },
            "When and how the job tells webhooks what it did.")
        .Key("admission", ConfigNode.Type, c => c.Admission, (c, v) => c with { Admission = v }, "The admission webhook, see [configuration-admission.md](configuration-admission.md); the job ignores it.")
        .Check(c => Duplicate(c.Rules.Select(r => r.Name)) is { } name
            ? $"two rules are called '{name}': reports name rules, so each needs a name of its own"
            : null)
        .Check(c => Duplicate(c.Registries.Select(r => r.Host)) is { } host ? $"registry '{host}' is listed twice: join the two entries" : null);

    private static string? Duplicate(IEnumerable<string> names) => names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
}
