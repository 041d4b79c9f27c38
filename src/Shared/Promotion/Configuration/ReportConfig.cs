using System.Text.RegularExpressions;

namespace Promoter.Promotion.Configuration;

/// <summary>What a run of the job leaves behind for people who did not watch it.</summary>
public sealed partial record ReportConfig
{
    /// <summary>Where the JSON report is written; null: nowhere.</summary>
    public string? File { get; init; }

    /// <summary>The ConfigMap of the pod's namespace that takes the JSON report; null: none does.</summary>
    public string? ConfigMap { get; init; }

    /// <summary>Whether an Event tells the result on the Job, where the service account may write one.</summary>
    public bool Events { get; init; } = true;

    public static bool IsConfigMapName(string text) => DnsSubdomain().IsMatch(text);

    internal static ConfigShape<ReportConfig> Shape { get; } = new ConfigShape<ReportConfig>("report", "What a run of the job leaves behind.", new ReportConfig())
        .Key("file", ConfigTypes.Text, r => r.File, (r, v) => r with { File = v }, "Write the JSON report to this file; its directory has to exist. Flag: `--report-file`.")
        .Key(
            "configMap", ConfigTypes.Matching("ConfigMap name", DnsSubdomain(), "lower-case letters, digits, '-' and '.', at most 253 characters"),
            r => r.ConfigMap, (r, v) => r with { ConfigMap = v },
            "Write the JSON report into this ConfigMap of the pod's namespace, shortened to fit where it is larger than 1 MiB. Flag: `--report-configmap`.")
        .Key(
            "events", ConfigTypes.Flag, r => r.Events, (r, v) => r with { Events = v },
            "Tell the result by an Event on the Job, where the service account may write one.");

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DnsSubdomain();
}
