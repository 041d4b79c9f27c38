using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Promoter.Admission.Configuration;
using Promoter.Admission.Gates;
using Promoter.Admission.Hosting;
using Promoter.Admission.Jobs;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Support;

/// <summary>A cluster in small: an API server that asks webhook replicas, as the real one does, before it stores a pod.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<Webhook> _replicas = [];
    private readonly List<KubernetesClient> _clients = [];
    private int _next;

    private TestCluster(ApiServer server) => Server = server;

    public ApiServer Server { get; }

    /// <summary>The registries that all replicas see.</summary>
    public FakeEngine Engine { get; } = new();

    public IReadOnlyList<Webhook> Replicas => _replicas;

    /// <summary>What replicas that are added from now on need to make Jobs.</summary>
    public JobSettings? Jobs { get; set; }

    /// <summary>What is different in the wiring of replicas that are added from now on.</summary>
    public Action<WebApplicationBuilder>? Configure { get; set; }

    public static AdmissionConfig Impatient { get; } = new()
    {
        OnMissing = MissingAnswer.Gate,
        OnDemand = new OnDemandConfig { LeaseDuration = TimeSpan.FromSeconds(3) },
        Cache = new CacheConfig { Missing = TimeSpan.FromMilliseconds(200) },
    };

    public static async Task<TestCluster> StartAsync(int replicas, AdmissionConfig? config = null)
    {
        var cluster = new TestCluster(await ApiServer.StartAsync());
        for (var i = 0; i < replicas; i++) await cluster.AddReplicaAsync(config);
        cluster.Server.Admission = cluster.AdmitAsync;
        return cluster;
    }

    public async Task<Webhook> AddReplicaAsync(AdmissionConfig? config = null)
    {
        var client = new KubernetesClient(new KubernetesEndpoint { Server = Server.Url }, TimeProvider.System);
        _clients.Add(client);
        var webhook = await Webhook.StartAsync(config ?? Impatient, engine: Engine, cluster: new Cluster(client, "promoter", $"replica-{_clients.Count}") { Jobs = Jobs }, configure: Configure);
        lock (_replicas) _replicas.Add(webhook);
        return webhook;
    }

    /// <summary>Ends a replica in order; no more reviews go there.</summary>
    public async Task StopAsync(Webhook replica)
    {
        lock (_replicas) _replicas.Remove(replica);
        await replica.StopAsync();
        await replica.DisposeAsync();
    }

    /// <summary>Waits until a replica leads, so that gates are set.</summary>
    public Task UntilLedAsync() => Eventually.TrueAsync(
        () => Server.Find("/apis/coordination.k8s.io/v1/namespaces/promoter/leases/promoter-admission-gates") is { } lease && lease.Text("spec", "holderIdentity") is { Length: > 0 },
        "no replica leads");

    /// <summary>Waits until every replica would set a gate.</summary>
    public Task UntilAllGateAsync() => Eventually.TrueAsync(
        () => _replicas.TrueForAll(replica => ((IGateGuard)replica.Services.GetService(typeof(IGateGuard))!).Problem is null), "a replica sets no gates");

    public async Task<JsonObject> CreatePodAsync(string name, params string[] images)
    {
        var pod = Fixture.PodWith(images)["request"]!["object"]!.DeepClone().AsObject();
        pod["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" };
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = Server.Url }, TimeProvider.System);
        return await client.CreateAsync(ResourceType.Pods, "shop", pod, CancellationToken.None);
    }

    /// <summary>Has a pod's first container wait for an image that cannot be pulled, as the kubelet reports it.</summary>
    public void FailPull(string name, string image, string reason) => Server.Change($"/api/v1/namespaces/shop/pods/{name}", pod => pod["status"]!["containerStatuses"] = new JsonArray(new JsonObject
    {
        ["name"] = "c0",
        ["image"] = image,
        ["imageID"] = "",
        ["ready"] = false,
        ["restartCount"] = 0,
        ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = reason } },
    }));

    public bool IsGated(string name) => Server.Find($"/api/v1/namespaces/shop/pods/{name}").Items("spec", "schedulingGates").Any();

    public Task UntilReleasedAsync(params IReadOnlyList<string> names) => Eventually.TrueAsync(
        () => names.All(name => !IsGated(name)), $"pods are still gated; calls: {string.Join(", ", Engine.Calls.TakeLast(10))}");

    public async ValueTask DisposeAsync()
    {
        Server.Admission = null;
        foreach (var replica in _replicas) await replica.DisposeAsync();
        foreach (var client in _clients) client.Dispose();
        await Server.DisposeAsync();
    }

    private async Task<JsonObject> AdmitAsync(ApiPath path, JsonObject item)
    {
        if (path.Plural != "pods") return item;
        var review = Fixture.Review("create-pod-docker-hub-short-name");
        review["request"]!["object"] = item.DeepClone();
        review["request"]!["namespace"] = path.Namespace;
        Webhook replica;
        lock (_replicas) replica = _replicas[Interlocked.Increment(ref _next) % _replicas.Count];
        var answer = await replica.ReviewAsync(review);
        return answer.Allowed ? answer.Apply(review) : throw new ApiException(403, "Forbidden", $"admission webhook denied the request: {answer.Message}");
    }
}
