using Microsoft.Extensions.Logging;

namespace Promoter.Kubernetes;

/// <summary>
/// Keeps an observer up to date on a collection: a list, then its changes, for ever. Resumes from the last resource version after a break, lists again after 410,
/// and waits longer after each failure (client-go's reflector: 0.8 to 30 seconds, doubled, with jitter).
/// </summary>
public sealed partial class Reflector(KubernetesClient client, ResourceType type, string? ns, ListOptions selection, TimeProvider time, Random random, ILogger logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private string? _version;
    private int _failures;

    /// <summary>Lists and watches until cancelled.</summary>
    /// <param name="observe">Sees every change, one at a time and in order; what it throws ends the run.</param>
    public async Task RunAsync(Func<IResourceChange, CancellationToken, ValueTask> observe, CancellationToken cancellationToken)
    {
        // The first list may come from the server's cache; after 410 that cache is what was too old.
        var listFrom = "0";
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                {
                    var (items, version) = await client.ListAsync(type, ns, selection with { ResourceVersion = listFrom }, cancellationToken);
                    await observe(new Relisted(items), cancellationToken);
                    _version = version;
                }

                var seen = await WatchOnceAsync(observe, cancellationToken);
                _failures = seen ? 0 : _failures + 1;
            }
            catch (KubernetesException e)
            {
                if (e.IsExpired)
                {
                    LogExpired(logger, type);
                    (_version, listFrom) = (null, null);
                }
                else
                {
                    LogFailed(logger, type, e.Message);
                }

                _failures++;
            }

            if (_failures > 0) await Task.Delay(Delay(), time, cancellationToken);
        }
    }

    /// <returns>Whether the stream brought anything or lived for a while: one that ends at once, again and again, must not become a busy loop.</returns>
    private async Task<bool> WatchOnceAsync(Func<IResourceChange, CancellationToken, ValueTask> observe, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var seen = false;
        try
        {
            await foreach (var (kind, content) in client.WatchAsync(type, ns, selection, _version!, WatchLimit(), cancellationToken))
            {
                seen = true;
                if (kind is not WatchEventKind.Bookmark) await observe(kind is WatchEventKind.Deleted ? new Deleted(content) : new Changed(content), cancellationToken);
                _version = ObjectReader.ResourceVersion(content) ?? _version;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The stream outlived its limit in silence: its end was lost on the way.
        }

        return seen || time.GetElapsedTime(started) >= FirstDelay;
    }

    private TimeSpan WatchLimit() => TimeSpan.FromSeconds(300 + random.Next(300));

    private TimeSpan Delay()
    {
        var doubled = FirstDelay * Math.Pow(2, Math.Min(_failures - 1, 10));
        return (doubled < LongestDelay ? doubled : LongestDelay) * (1 + random.NextDouble());
    }

    [LoggerMessage(2001, LogLevel.Warning, "Watching {Resource} failed and is tried again: {Problem}")]
    private static partial void LogFailed(ILogger logger, ResourceType resource, string problem);

    [LoggerMessage(2002, LogLevel.Information, "The watch of {Resource} fell too far behind: it is listed again")]
    private static partial void LogExpired(ILogger logger, ResourceType resource);
}
