using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Promoter.Admission.Logging;

/// <summary>Sets Serilog up: one line per event on stdout, where a container's log is read.</summary>
internal static class AdmissionLogging
{
    private const string TextTemplate = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory Create(LogFormat format, LogLevel leastLevel)
    {
        var level = LevelConvert.ToSerilogLevel(leastLevel);
        ITextFormatter formatter = format is LogFormat.Json ? new CompactJsonFormatter() : new MessageTemplateTextFormatter(TextTemplate);
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            // One line per request says nothing that the metrics do not.
            .MinimumLevel.Override("Microsoft", level > LogEventLevel.Warning ? level : LogEventLevel.Warning)
            .WriteTo.Console(formatter)
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
