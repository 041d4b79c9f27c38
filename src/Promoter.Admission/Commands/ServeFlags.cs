using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Promoter.Admission.Hosting;
using Promoter.CommandLine;
using Promoter.Logging;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Commands;

/// <summary>The flags of <c>serve</c>.</summary>
internal sealed class ServeFlags
{
    private readonly Option<string> _config = new("--config") { Description = "The promotion configuration (kind PromotionConfig). Default: $PROMOTER_CONFIG.", HelpName = "FILE" };
    private readonly Option<IPEndPoint> _listen = Endpoint("--listen", "Address and port of the webhook (TLS).", new IPEndPoint(IPAddress.Any, 8443));
    private readonly Option<IPEndPoint> _metricsListen =
        Endpoint("--metrics-listen", "Address and port of probes, metrics and status (plain HTTP).", new IPEndPoint(IPAddress.Any, 9090));

    private readonly Option<TimeSpan?> _shutdownDelay = new("--shutdown-delay")
    {
        Description = $"How long to go on serving after SIGTERM. [default: {ConfigUnits.Print(DefaultDelay)}]",
        HelpName = "DURATION",
        CustomParser = Duration,
    };

    private readonly Option<LogLevel> _logLevel =
        WordOption.Of("--log-level", "LEVEL", "The least level that is logged: trace, debug, information, warning, error, critical or none.", Microsoft.Extensions.Logging.LogLevel.Information);

    private readonly Option<LogFormat> _logFormat =
        WordOption.Of("--log-format", "text|json", "How the log is written; json is one compact object per line.", Promoter.Logging.LogFormat.Text);

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Longest = ShutdownSequence.Limit - TimeSpan.FromSeconds(15);

    private readonly TlsFlags _tls = new();

    public ClusterFlags Cluster { get; } = new();

    public LogFormat LogFormat(ParseResult arguments) => arguments.GetValue(_logFormat);

    public LogLevel LogLevel(ParseResult arguments) => arguments.GetValue(_logLevel);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_config, _listen, _metricsListen, _shutdownDelay, _logLevel, _logFormat]) command.Options.Add(option);
        _tls.AddTo(command);
        Cluster.AddTo(command, optional: true);
    }

    /// <summary>What is wrong with the flags together.</summary>
    public IEnumerable<string> Problems(ParseResult arguments)
    {
        if (ConfigFile(arguments) is null) yield return "--config FILE is required: it holds the rules";
        foreach (var problem in _tls.Problems(arguments, arguments.GetRequiredValue(_listen), !arguments.GetValue(Cluster.NoKubernetes))) yield return problem;
    }

    public ServeOptions Read(ParseResult arguments) => new()
    {
        ConfigFile = ConfigFile(arguments)!,
        Listen = arguments.GetRequiredValue(_listen),
        MetricsListen = arguments.GetRequiredValue(_metricsListen),
        Tls = _tls.Read(arguments),
        ShutdownDelay = arguments.GetValue(_shutdownDelay) ?? DefaultDelay,
    };

    private string? ConfigFile(ParseResult arguments) => arguments.GetValue(_config) ?? Environment.GetEnvironmentVariable("PROMOTER_CONFIG");

    private static TimeSpan? Duration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        try
        {
            var duration = text is "0" or "0s" ? TimeSpan.Zero : ConfigUnits.ParseDuration(text);
            if (duration > Longest) result.AddError($"--shutdown-delay: '{text}' leaves no time to stop: at most {ConfigUnits.Print(Longest)} are possible");
            return duration;
        }
        catch (FormatException e)
        {
            result.AddError($"--shutdown-delay: {e.Message}");
            return null;
        }
    }

    private static Option<IPEndPoint> Endpoint(string name, string description, IPEndPoint fallback) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endpoint) && result.Tokens[0].Value.Contains(':', StringComparison.Ordinal)) return endpoint;
            result.AddError($"{name}: '{result.Tokens[0].Value}' is no address and port: write for example {fallback} or [::]:{fallback.Port}");
            return null;
        },
    };
}
