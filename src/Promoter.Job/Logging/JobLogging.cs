using Microsoft.Extensions.Logging;
using Promoter.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;

namespace Promoter.Job.Logging;

/// <summary>Sets Serilog up: one line per event on stderr, since stdout carries the result.</summary>
internal static class JobLogging
{
    /// <param name="format">Text for people, compact JSON for log shippers.</param>
    /// <param name="level">The least level that is written.</param>
    /// <param name="write">Takes one finished line; live progress puts it above its bars.</param>
    public static ILoggerFactory Create(LogFormat format, LogLevel level, Action<string> write)
    {
        var logger = new LoggerConfiguration().MinimumLevel.Is(LevelConvert.ToSerilogLevel(level)).WriteTo.Sink(new LineSink(LogFormatters.Of(format), write)).CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }

    private sealed class LineSink(ITextFormatter formatter, Action<string> write) : ILogEventSink
    {
        private readonly Lock _lock = new();

        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter();
            formatter.Format(logEvent, line);
            lock (_lock) write(line.ToString());
        }
    }
}
