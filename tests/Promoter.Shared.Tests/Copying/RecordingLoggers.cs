using Microsoft.Extensions.Logging;
using Promoter.Tests.Aws;

namespace Promoter.Tests.Copying;

/// <summary>Keeps what the engine logs.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    private readonly RecordingLogger<RecordingLoggers> _logger = new();

    public IEnumerable<string> Warnings => _logger.Entries.Where(e => e.Level == LogLevel.Warning).Select(e => e.Text);

    public ILogger CreateLogger(string categoryName) => _logger;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }
}
