using System.Threading.Channels;
using Promoter.Kubernetes;

namespace Promoter.Admission.Telemetry;

/// <summary>Writes Kubernetes Events in the background: a review never waits for one, and a flood loses the newest instead of memory.</summary>
internal sealed partial class EventQueue(EventWriter? writer, AdmissionMeters meters, TimeProvider time, ILogger<EventQueue> logger) : BackgroundService
{
    private const int Capacity = 1000;

    /// <summary>Where we may write none (the chart's features.events), one attempt in a while tells when that has changed.</summary>
    private static readonly TimeSpan DeniedFor = TimeSpan.FromMinutes(10);

    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>An Event to be written when there is time; dropped where there is no cluster or too many wait.</summary>
    public void Add(ObjectReference about, EventSeverity severity, string reason, string message)
    {
        if (writer is not null && !_entries.Writer.TryWrite(new Entry(about, severity, reason, message))) meters.EventLost("overflow");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (writer is null) return;
        var silentUntil = DateTimeOffset.MinValue;
        await foreach (var entry in _entries.Reader.ReadAllAsync(stoppingToken))
        {
            if (time.GetUtcNow() < silentUntil)
            {
                meters.EventLost("refused");
                continue;
            }

            try
            {
                if (!await writer.WriteAsync(entry.About, entry.Severity, entry.Reason, entry.Message, stoppingToken)) meters.EventLost("limited");
            }
            catch (KubernetesException e)
            {
                meters.EventLost("refused");
                // A namespace that is going away refuses whatever is new in it: nobody is left there to be told, and it says nothing about other namespaces.
                if (e.Message.Contains("being terminated", StringComparison.Ordinal)) continue;
                if (e.IsDenied) silentUntil = time.GetUtcNow() + DeniedFor;
                LogLost(logger, entry.Reason, entry.About, e.Message);
            }
        }
    }

    [LoggerMessage(5501, LogLevel.Warning, "The Event {Reason} about {About} could not be written: {Problem}")]
    private static partial void LogLost(ILogger logger, string reason, ObjectReference about, string problem);

    private sealed record Entry(ObjectReference About, EventSeverity Severity, string Reason, string Message);
}
