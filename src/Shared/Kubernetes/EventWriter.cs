using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>What kind of Event it is; the API server knows no others.</summary>
public enum EventSeverity
{
    Normal,
    Warning,
}

/// <summary>
/// Tells an object's owner what happened (<c>kubectl describe</c>). The same Event again only counts up, many similar ones become one, and an object has a
/// share that it cannot exceed: all as client-go does it.
/// </summary>
/// <param name="component">Who reports, as it stands in the Event's source.</param>
public sealed class EventWriter(KubernetesClient client, string component, string instance, TimeProvider time)
{
    /// <summary>client-go's correlation cache has the same age and size.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);
    private const int LongestMemory = 4096;
    private const int LongestMessage = 1024;

    private readonly EventCorrelator _correlator = new(time);
    private long _sequence;
    private readonly ConcurrentDictionary<(ObjectReference About, EventSeverity Severity, string Reason, string Key), Written> _written = new();

    /// <returns>False where there were too many about this object, so that it was not written.</returns>
    /// <exception cref="KubernetesException">The Event could not be written; the work it reports is not affected.</exception>
    public async Task<bool> WriteAsync(ObjectReference about, EventSeverity severity, string reason, string message, CancellationToken cancellationToken)
    {
        if (_correlator.Admit(about, severity, reason, message, out var key) is not { } admitted) return false;
        var text = admitted.Length > LongestMessage ? admitted[..(LongestMessage - 1)] + "…" : admitted;
        var now = time.GetUtcNow();
        var same = (about, severity, reason, key);
        if (_written.TryGetValue(same, out var before) && now - before.At < Memory && await TryCountAsync(before, text, now, cancellationToken))
        {
            _written[same] = before with { Count = before.Count + 1, At = now };
            return true;
        }

        if (_written.Count >= LongestMemory) Forget(now);
        // Events of cluster-scoped objects live in the default namespace.
        var ns = about.Namespace ?? "default";
        // Unlike others within a tick of the clock.
        var name = $"{(about.Name.Length > 0 ? about.Name : about.Kind.ToLowerInvariant())}.{now.UtcTicks + Interlocked.Increment(ref _sequence):x}";
        await client.CreateAsync(ResourceType.Events, ns, Compose(about, severity, reason, text, ns, name, now), cancellationToken);
        _written[same] = new Written(ns, name, 1, now);
        return true;
    }

    private static string Format(DateTimeOffset when) => when.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private async Task<bool> TryCountAsync(Written before, string text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var change = new JsonObject { ["count"] = before.Count + 1, ["lastTimestamp"] = Format(now), ["message"] = text };
            await client.PatchAsync(ResourceType.Events, before.Namespace, before.Name, KubernetesPatch.Merge(change), cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (key, written) in _written)
        {
            if (now - written.At >= Memory || _written.Count >= LongestMemory) _written.TryRemove(key, out _);
        }
    }

    private JsonObject Compose(ObjectReference about, EventSeverity severity, string reason, string message, string ns, string name, DateTimeOffset now)
    {
        var involved = new JsonObject { ["apiVersion"] = about.ApiVersion, ["kind"] = about.Kind, ["name"] = about.Name };
        if (about.Namespace is not null) involved["namespace"] = about.Namespace;
        if (about.Uid is { Length: > 0 } uid) involved["uid"] = uid;
        return new JsonObject
        {
            ["apiVersion"] = ResourceType.Events.ApiVersion,
            ["kind"] = ResourceType.Events.Kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["involvedObject"] = involved,
            ["type"] = severity.ToString(),
            ["reason"] = reason,
            ["message"] = message,
            ["count"] = 1,
            ["firstTimestamp"] = Format(now),
            ["lastTimestamp"] = Format(now),
            ["source"] = new JsonObject { ["component"] = component },
            ["reportingComponent"] = component,
            ["reportingInstance"] = instance,
        };
    }

    private sealed record Written(string Namespace, string Name, int Count, DateTimeOffset At);
}
