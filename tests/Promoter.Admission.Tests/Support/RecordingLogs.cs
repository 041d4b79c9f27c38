using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Promoter.Admission.Tests.Support;

/// <summary>Keeps every line that is logged, at every level.</summary>
internal sealed class RecordingLogs(ConcurrentQueue<string> lines) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Recorder(lines);

    public void Dispose()
    {
        // The lines belong to the test.
    }

    private sealed class Recorder(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
