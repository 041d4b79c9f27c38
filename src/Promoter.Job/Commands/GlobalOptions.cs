using System.CommandLine;
using Microsoft.Extensions.Logging;
using Promoter.Job.Output;
using Promoter.Logging;

namespace Promoter.Job.Commands;

/// <summary>Flags that every command understands.</summary>
internal static class GlobalOptions
{
    public static Option<OutputFormat> Output { get; } = new("--output", "-o") { Description = "How the result is printed on stdout: text or json.", Recursive = true };

    public static Option<LogFormat> LogFormat { get; } = new("--log-format") { Description = "How the log is written to stderr: text or json (one compact object per line).", Recursive = true };

    public static Option<LogLevel> LogLevel { get; } = new("--log-level")
    {
        Description = "The least level that is logged: trace, debug, information, warning, error.",
        DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
        Recursive = true,
    };

    public static Option<FileInfo?> Config { get; } = new("--config")
    {
        Description = "The promotion configuration (kind PromotionConfig): rules, registries, transfer settings. Default: $PROMOTER_CONFIG.",
        Recursive = true,
    };

    public static void AddTo(Command root)
    {
        root.Options.Add(Output);
        root.Options.Add(LogFormat);
        root.Options.Add(LogLevel);
        root.Options.Add(Config);
    }
}
