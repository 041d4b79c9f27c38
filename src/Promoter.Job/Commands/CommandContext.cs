using System.CommandLine;
using Microsoft.Extensions.Logging;
using Promoter.Job.Logging;
using Promoter.Job.Output;
using Promoter.Job.Results;
using Promoter.Logging;
using Promoter.Promotion.Configuration;
using Spectre.Console;

namespace Promoter.Job.Commands;

/// <summary>What every command starts from: the parsed flags, the configuration, the log and the two streams.</summary>
internal sealed class CommandContext : IDisposable
{
    private readonly IAnsiConsole? _terminal;

    private CommandContext(ParseResult parse, PromotionConfig config)
    {
        Parse = parse;
        Config = config;
        // A person is watching when stdout and stderr are a terminal and nobody asked for machine-readable text.
        var format = parse.GetValue(GlobalOptions.LogFormat);
        var isWatched = !WantsJson && format == LogFormat.Text && !Console.IsErrorRedirected && !Console.IsOutputRedirected;
        _terminal = isWatched ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }) : null;
        var error = parse.InvocationConfiguration.Error;
        Loggers = JobLogging.Create(format, parse.GetValue(GlobalOptions.LogLevel), _terminal is { } terminal ? line => terminal.Write(new Text(line)) : error.Write);
    }

    public ParseResult Parse { get; }

    public PromotionConfig Config { get; }

    public ILoggerFactory Loggers { get; }

    public TextWriter Output => Parse.InvocationConfiguration.Output;

    public bool WantsJson => Parse.GetValue(GlobalOptions.Output) == OutputFormat.Json;

    public bool IsWatched => _terminal is not null;

    /// <exception cref="ConfigException">The configuration cannot be read or is wrong.</exception>
    public static CommandContext Create(ParseResult parse)
    {
        var environment = ConfigEnvironment.OfProcess();
        var path = parse.GetValue(GlobalOptions.Config)?.FullName ?? Environment.GetEnvironmentVariable("PROMOTER_CONFIG");
        return new CommandContext(parse, string.IsNullOrEmpty(path) ? PromotionConfigFile.Default(environment) : PromotionConfigFile.Load(path, environment));
    }

    /// <summary>What is left where the configuration cannot be read: the log, the streams and what the environment says.</summary>
    public static CommandContext WithoutConfiguration(ParseResult parse) => new(parse, new PromotionConfig());

    /// <summary>Everybody who is told what the run comes to; nobody on a dry run.</summary>
    /// <exception cref="Promotion.PromotionException">The report's file cannot be written.</exception>
    public ResultReceivers Receivers() => RunOptions.LeavesReport(Parse)
        ? ResultReceivers.Of(RunOptions.ReportOf(Parse, Config.Report), Config.Notifications, RunOptions.ShardCountOf(Parse), Environment.GetEnvironmentVariable, TimeProvider.System, Loggers)
        : ResultReceivers.None(Loggers);

    /// <summary>Bars on a terminal, log lines elsewhere.</summary>
    public IProgressView Progress() => _terminal is { } terminal ? new LiveProgress(terminal) : new ProgressLog(Loggers.CreateLogger<ProgressLog>());

    public void Dispose() => Loggers.Dispose();
}
