using System.Text.RegularExpressions;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Hook;

/// <summary>What the hook Job looks like and what it promotes: the <c>spec</c> of kind <c>ImagePromotion</c>, the <c>data</c> of a ConfigMap, or flags.</summary>
internal sealed partial record HookSettings
{
    public const string ApiVersion = "promoter.dev/v1alpha1";
    public const string Kind = "ImagePromotion";

    /// <summary>Registries of the one rule; both or neither.</summary>
    public RegistryPrefix? From { get; init; }

    public RegistryPrefix? To { get; init; }

    /// <summary>A whole PromotionConfig instead; it travels in the Job.</summary>
    public ConfigNode? Config { get; init; }

    /// <summary>promoter's own image.</summary>
    public string? Image { get; init; }

    public string Name { get; init; } = "promote-images";

    /// <summary>Where the Job runs; null: where the workloads are.</summary>
    public string? Namespace { get; init; }

    public string ServiceAccountName { get; init; } = "promoter";

    public int ActiveDeadlineSeconds { get; init; } = 900;

    public int BackoffLimit { get; init; } = 2;

    public int SyncWave { get; init; } = -5;

    public int Shards { get; init; } = 1;

    /// <summary>Whether the Job tells its result by an Event, which takes the account's API token.</summary>
    public bool Events { get; init; } = true;

    /// <summary>The ConfigMap that takes the report; null: none.</summary>
    public string? ReportConfigMap { get; init; }

    /// <summary>A Secret with the URLs of webhooks that are told the result; null: nobody is.</summary>
    public string? NotificationSecret { get; init; }

    /// <summary>Region of the pod's own AWS identity.</summary>
    public string? Region { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    internal static ConfigShape<HookSettings> Shape { get; } = new ConfigShape<HookSettings>("spec", "The hook Job and what it promotes.", new HookSettings())
        .Key("from", ConfigTypes.RegistryPrefix, s => s.From, (s, v) => s with { From = v }, "The registry that images come from.")
        .Key("to", ConfigTypes.RegistryPrefix, s => s.To, (s, v) => s with { To = v }, "The registry that manifests name.")
        .Key("config", ConfigNode.Type, s => s.Config, (s, v) => s with { Config = v }, "A whole PromotionConfig, instead of from and to.")
        .Key("image", ConfigTypes.Text, s => s.Image, (s, v) => s with { Image = v }, "promoter's own image.")
        .Key("name", ConfigTypes.Text, s => s.Name, (s, v) => s with { Name = v }, "Name of the Job.")
        .Key("namespace", ConfigTypes.Text, s => s.Namespace, (s, v) => s with { Namespace = v }, "Namespace of the Job; that of the workloads where it is left out.")
        .Key("serviceAccountName", ConfigTypes.Text, s => s.ServiceAccountName, (s, v) => s with { ServiceAccountName = v }, "An account that exists before the application is synced.")
        .Key("activeDeadlineSeconds", ConfigTypes.Whole(1, 86400), s => s.ActiveDeadlineSeconds, (s, v) => s with { ActiveDeadlineSeconds = v }, "After this time the Job fails.")
        .Key("backoffLimit", ConfigTypes.Whole(0, 10), s => s.BackoffLimit, (s, v) => s with { BackoffLimit = v }, "How often a lost pod is replaced.")
        .Key("syncWave", ConfigTypes.Whole(-1000, 1000), s => s.SyncWave, (s, v) => s with { SyncWave = v }, "Argo CD's wave.")
        .Key("shards", ConfigTypes.Whole(1, 1000), s => s.Shards, (s, v) => s with { Shards = v }, "Pods that share the work.")
        .Key("events", ConfigTypes.Flag, s => s.Events, (s, v) => s with { Events = v }, "Tell the result by an Event on the Job.")
        .Key("reportConfigMap", ConfigTypes.Text, s => s.ReportConfigMap, (s, v) => s with { ReportConfigMap = v }, "The ConfigMap that takes the report.")
        .Key("notificationSecret", ConfigTypes.Text, s => s.NotificationSecret, (s, v) => s with { NotificationSecret = v }, "A Secret with slack-url, cloudevents-url, cloudevents-token.")
        .Key("region", ConfigTypes.Text, s => s.Region, (s, v) => s with { Region = v }, "AWS region of the pod's own identity.")
        .Key("labels", ConfigTypes.MapOf(ConfigTypes.Text), s => s.Labels, (s, v) => s with { Labels = v }, "Labels of the Job.")
        .Key("annotations", ConfigTypes.MapOf(ConfigTypes.Text), s => s.Annotations, (s, v) => s with { Annotations = v }, "Annotations of the Job.");

    /// <summary>The rules that say which images the Job promotes.</summary>
    /// <exception cref="ConfigException">The configuration inside is wrong.</exception>
    /// <exception cref="PromotionException">There are no rules.</exception>
    public PromotionRules Rules()
    {
        if (Config is { } config)
        {
            return From is null && To is null
                ? new PromotionRules(PromotionConfigFile.Read($"{config.File}, config", ConfigText(), ConfigEnvironment.Empty, config.Directory).Rules)
                : throw Usage("'config' stands beside 'from' or 'to': keep one of the two forms.");
        }

        if (From is null || To is null) throw Usage("Where do images come from? Give --from and --to, or 'from' and 'to' (or 'config') in the function's configuration.");
        return PromotionRules.FromFlags(From.ToString(), To.ToString());
    }

    /// <summary>The settings, checked as a whole, with the environment's variables in place of <c>${NAME}</c>.</summary>
    /// <exception cref="PromotionException">A value cannot work.</exception>
    public HookSettings Completed(Func<string, string?> variable)
    {
        string Expand(string text) => Reference().Replace(text, match => variable(match.Groups["name"].Value) is { Length: > 0 } value
            ? value
            : throw Usage($"'{text}' needs the environment variable {match.Groups["name"].Value}, which is not set (Argo CD sets ARGOCD_APP_NAME for plugins only)."));

        var completed = this with
        {
            Name = Expand(Name),
            Namespace = Namespace is null ? null : Expand(Namespace),
            ServiceAccountName = Expand(ServiceAccountName),
            Image = Image is null ? null : Expand(Image),
            Annotations = Annotations.ToDictionary(a => a.Key, a => Expand(a.Value)),
            Labels = Labels.ToDictionary(a => a.Key, a => Expand(a.Value)),
        };
        // The pods of an Indexed Job are called NAME-INDEX, and that has to fit a DNS label too.
        var limit = 63 - (Shards > 1 ? 1 + (Shards - 1).ToString(System.Globalization.CultureInfo.InvariantCulture).Length : 0);
        if (!Label().IsMatch(completed.Name)) throw Usage($"'{completed.Name}' cannot name a Job: lower-case letters, digits and '-' only, starting and ending with a letter or digit.");
        if (completed.Name.Length > limit) throw Usage($"the Job's name '{completed.Name}' has {completed.Name.Length} characters: shorten it to {limit}{(Shards > 1 ? $" (its {Shards} pods add their number)" : "")}.");
        return completed;
    }

    /// <summary>The configuration as the Job carries it.</summary>
    public string ConfigText() => BlockYaml.Write(Config!.Node is Promoter.Yaml.YamlMapping map ? WithHead(map) : Config.Node);

    private static Promoter.Yaml.YamlMapping WithHead(Promoter.Yaml.YamlMapping map) => YamlTree.Map(
        [("apiVersion", map["apiVersion"] ?? YamlTree.Text(PromotionConfig.ApiVersion)), ("kind", map["kind"] ?? YamlTree.Text(PromotionConfig.Kind)),
            .. map.Entries.Where(e => e.Name is not ("apiVersion" or "kind")).Select(e => (e.Name, (Promoter.Yaml.YamlNode?)e.Value))]);

    private static PromotionException Usage(string message) => new(ExitCode.Usage, message);

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();
}
