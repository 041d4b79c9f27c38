using System.Text.Json.Nodes;
using Promoter.Kubernetes;

namespace Promoter.Job.Results;

/// <summary>The JSON report in a ConfigMap; each pod of a sharded run writes a key of its own.</summary>
internal sealed class ReportConfigMap(KubernetesClient client, string name, PodIdentity pod, int shards) : IResultReceiver
{
    /// <summary>What the API server takes for all data of a ConfigMap together (1 MiB), less some room for keys.</summary>
    private const int MaxBytes = (1024 * 1024) - 4096;

    public string Name => $"ConfigMap {Namespace}/{name}";

    private string Namespace => pod.Namespace ?? client.Namespace;

    private string Key => pod.ShardIndex is { } index ? $"report-{index}.json" : "report.json";

    public bool Wants(RunResult result) => true;

    public async Task ReceiveAsync(RunResult result, CancellationToken cancellationToken)
    {
        var data = new JsonObject { [Key] = result.Json(MaxBytes / shards) };
        try
        {
            if (await TryChangeAsync(data, cancellationToken)) return;
            try
            {
                await client.CreateAsync(ResourceType.ConfigMaps, Namespace, Compose(data), cancellationToken);
            }
            catch (KubernetesException e) when (e.IsAlreadyExists)
            {
                // Another shard was faster.
                await TryChangeAsync(data, cancellationToken);
            }
        }
        catch (KubernetesException e)
        {
            throw new ResultNotDeliveredException($"{e.Message}{(e.IsDenied ? " The service account needs the verbs create and patch for configmaps." : "")}", e);
        }
    }

    public void Dispose()
    {
        // The client belongs to whoever made it.
    }

    private async Task<bool> TryChangeAsync(JsonObject data, CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync(ResourceType.ConfigMaps, Namespace, name, KubernetesPatch.Merge(new JsonObject { ["data"] = data.DeepClone() }), cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private JsonObject Compose(JsonObject data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = Namespace,
            ["labels"] = new JsonObject { ["app.kubernetes.io/component"] = "image-promotion", ["app.kubernetes.io/part-of"] = "promoter" },
        },
        ["data"] = data.DeepClone(),
    };
}
