using System.Globalization;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>
/// Who works on what, among replicas: a Lease is held by the one that created it or that took it over unchanged. Every write names the resource version it
/// read, so that of two writers one loses; clocks of different machines are never compared.
/// </summary>
/// <param name="identity">The name of this replica in the Leases: the pod's name and something that a restart changes.</param>
public sealed class Leases(KubernetesClient client, string ns, string identity, TimeProvider time)
{
    public string Identity => identity;

    public string Namespace => ns;

    /// <summary>Claims a Lease that nobody has; null where it exists already.</summary>
    public async Task<Lease?> TryCreateAsync(
        string name, TimeSpan duration, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        var lease = new JsonObject
        {
            ["apiVersion"] = ResourceType.Leases.ApiVersion,
            ["kind"] = ResourceType.Leases.Kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = Map(labels), ["annotations"] = Map(annotations) },
            ["spec"] = new JsonObject
            {
                ["holderIdentity"] = identity,
                ["leaseDurationSeconds"] = (int)duration.TotalSeconds,
                ["acquireTime"] = Now(),
                ["renewTime"] = Now(),
                ["leaseTransitions"] = 0,
            },
        };
        try
        {
            return new Lease(await client.CreateAsync(ResourceType.Leases, ns, lease, cancellationToken));
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            return null;
        }
    }

    public async Task<Lease?> FindAsync(string name, CancellationToken cancellationToken) =>
        await client.FindAsync(ResourceType.Leases, ns, name, cancellationToken) is { } found ? new Lease(found) : null;

    /// <summary>Takes a Lease over that was given up, or that has not changed for its duration as the caller has watched it; null where somebody was faster.</summary>
    public Task<Lease?> TryTakeOverAsync(Lease observed, TimeSpan duration, CancellationToken cancellationToken)
    {
        var mine = observed.Object.DeepClone().AsObject();
        var spec = mine["spec"] as JsonObject ?? [];
        mine["spec"] = spec;
        var transitions = spec.TryGetPropertyValue("leaseTransitions", out var count) && count is JsonValue number ? number.GetValue<int>() : 0;
        spec["holderIdentity"] = identity;
        spec["leaseDurationSeconds"] = (int)duration.TotalSeconds;
        spec["acquireTime"] = Now();
        spec["renewTime"] = Now();
        spec["leaseTransitions"] = transitions + 1;
        return TryReplaceAsync(mine, cancellationToken);
    }

    /// <summary>Says that we are alive; null where the Lease is no longer ours, so that the work must stop.</summary>
    public async Task<Lease?> TryRenewAsync(Lease held, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        for (var current = held; current?.Holder == identity; current = await FindAsync(held.Name, cancellationToken))
        {
            var renewed = current.With(annotations).Object;
            renewed["spec"]!["renewTime"] = Now();

            // A conflict may come from somebody who only annotated it: whether it is still ours decides.
            if (await TryReplaceAsync(renewed, cancellationToken) is { } done) return done;
        }

        return null;
    }

    /// <summary>Removes a Lease that we hold, so that whoever waits may go on at once.</summary>
    public async Task DeleteAsync(Lease held, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteAsync(ResourceType.Leases, ns, held.Name, held.ResourceVersion, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // Somebody took it over: it is theirs to remove.
        }
    }

    /// <summary>Gives a Lease up without removing it: what its annotations say about the work stays for the next holder.</summary>
    public Task<Lease?> TryReleaseAsync(Lease held, CancellationToken cancellationToken)
    {
        var released = held.Object.DeepClone().AsObject();
        released["spec"]!["holderIdentity"] = "";
        released["spec"]!["renewTime"] = Now();
        return TryReplaceAsync(released, cancellationToken);
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string> entries) =>
        new(entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    private async Task<Lease?> TryReplaceAsync(JsonObject lease, CancellationToken cancellationToken)
    {
        try
        {
            return new Lease(await client.ReplaceAsync(ResourceType.Leases, ns, lease.Name(), lease, cancellationToken));
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsNotFound)
        {
            return null;
        }
    }

    // metav1.MicroTime: exactly six decimals.
    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
