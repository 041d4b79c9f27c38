using System.CommandLine;
using Promoter.Copying;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Commands;

/// <summary>Flags that say how images are copied.</summary>
internal static class RunOptions
{
    public static Option<string?> Referrers { get; } = new("--referrers")
    {
        HelpName = "TYPES",
        Description = "Which attached artifacts come along: all, none, or a comma-separated list of artifact types. Default: the rule's, else all.",
        Validators = { result => Validate(result) },
    };

    public static Option<bool> RequireSignature { get; } = new("--require-signature") { Description = "Refuse an image without a signature, also one that was promoted unsigned before (exit code 8)." };

    public static Option<bool> MoveTags { get; } = new("--move-tags") { Description = "Let the target tag move if it points to another digest; without it that is a conflict (exit code 5)." };

    public static Option<bool> RefreshReferrers { get; } = new("--refresh-referrers") { Description = "Ask the source about images that are up to date too, and bring what has been attached to them since: signatures, attestations, SBOMs." };

    public static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would be done and change nothing." };

    public static Option<bool> Independent { get; } = new("--independent") { Description = "Commit image by image instead of all or nothing." };

    public static Option<int?> Shards { get; } = new("--shards") { HelpName = "N", Description = $"Share the images among so many pods of an Indexed Job; this pod's share is told by {Shard.IndexVariable}. Tags move when all pods have transferred theirs." };

    public static Option<string?> ReportFile { get; } = new("--report-file") { HelpName = "FILE", Description = "Write the JSON report to this file as well." };

    public static Option<string?> ReportConfigMap { get; } = new("--report-configmap")
    {
        HelpName = "NAME",
        Description = "Write the JSON report into this ConfigMap of the pod's namespace as well.",
        Validators = { result => ValidateConfigMap(result) },
    };

    /// <summary>Whether the command is one whose result others are told.</summary>
    public static bool LeavesReport(ParseResult parse) => parse.CommandResult.Command.Options.Contains(ReportFile) && !parse.GetValue(DryRun);

    public static int ShardCountOf(ParseResult parse) => parse.CommandResult.Command.Options.Contains(Shards) ? Math.Max(1, parse.GetValue(Shards) ?? 1) : 1;

    /// <summary>What a run leaves behind, flags before configuration.</summary>
    public static ReportConfig ReportOf(ParseResult parse, ReportConfig configured) => configured with
    {
        File = parse.GetValue(ReportFile) ?? configured.File,
        ConfigMap = parse.GetValue(ReportConfigMap) ?? configured.ConfigMap,
    };

    /// <exception cref="PromotionException">The number of shards or the pod's index is impossible.</exception>
    public static Shard ShardOf(ParseResult parse)
    {
        if (parse.GetValue(Shards) is not { } count) return Shard.Whole;
        var text = Environment.GetEnvironmentVariable(Shard.IndexVariable);
        if (count < 1 || !int.TryParse(text, out var index) || index < 0 || index >= count)
        {
            throw new PromotionException(ExitCode.Usage, $"--shards {count} needs {Shard.IndexVariable} between 0 and {count - 1}, and it is '{text}'; run it in a Job with completionMode: Indexed and completions: {count}");
        }

        return new Shard(index, count);
    }

    public static ReferrerSelection? ReferrersOf(ParseResult parse) => parse.GetValue(Referrers) is { } text ? ReferrerSelection.Parse(text) : null;

    private static void ValidateConfigMap(System.CommandLine.Parsing.OptionResult result)
    {
        if (result.Tokens is [var token] && !ReportConfig.IsConfigMapName(token.Value)) result.AddError($"--report-configmap: '{token.Value}' cannot name a ConfigMap");
    }

    private static void Validate(System.CommandLine.Parsing.OptionResult result)
    {
        try
        {
            if (result.Tokens is [var token]) ReferrerSelection.Parse(token.Value);
        }
        catch (FormatException e)
        {
            result.AddError($"--referrers: {e.Message}");
        }
    }
}
