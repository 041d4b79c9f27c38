using Promoter.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Promoter.Admission.Logging;

/// <summary>Sets Serilog up: one line per event on stdout, where a container's log is read.</summary>
internal static class AdmissionLogging
{
    private const LogEventLevel Never = LogEventLevel.Fatal + 1;

    public static ILoggerFactory Create(LogFormat format, LogLevel leastLevel)
    {
        var level = LevelConvert.ToSerilogLevel(leastLevel);
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            // One line per request says nothing that the metrics do not.
            .MinimumLevel.Override("Microsoft", level > LogEventLevel.Warning ? level : LogEventLevel.Warning)
            // It would log requests. As long as it might, every request gets an Activity and a logging scope of its own (HostingApplicationDiagnostics).
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", Never)
            .WriteTo.Console(LogFormatters.Of(format))
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
