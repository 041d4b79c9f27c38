using System.CommandLine;
using Microsoft.Extensions.Logging;
using Promoter.CommandLine;
using Promoter.Job.Output;
using Promoter.Logging;

namespace Promoter.Job.Commands;

/// <summary>Flags that every command understands.</summary>
internal static class GlobalOptions
{
    public static Option<OutputFormat> Output { get; } = WordOption.Of("--output", "text|json", "How the result is printed on stdout.", OutputFormat.Text, "-o");

    public static Option<LogFormat> LogFormat { get; } =
        WordOption.Of("--log-format", "text|json", "How the log is written to stderr; json is one compact object per line.", Promoter.Logging.LogFormat.Text);

    public static Option<LogLevel> LogLevel { get; } =
        WordOption.Of("--log-level", "LEVEL", "The least level that is logged: trace, debug, information, warning, error, critical or none.", Microsoft.Extensions.Logging.LogLevel.Information);

    public static Option<FileInfo?> Config { get; } = new("--config")
    {
        HelpName = "FILE",
        Description = "The promotion configuration (kind PromotionConfig): rules, registries, transfer settings. Default: $PROMOTER_CONFIG.",
    };

    public static void AddTo(Command root)
    {
        foreach (var option in (Option[])[Output, LogFormat, LogLevel, Config])
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }
}
