using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Admission.Tests.Support;
using Promoter.Emulator;
using Promoter.FakeApiServer;
using Promoter.Interop.Tests.Tools;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Tests.Soak;

/// <summary>
/// Three processes of the webhook, two registries, an API server that asks one of the three for each new pod and lets it pass where none answers
/// (<c>failurePolicy: Ignore</c>), and one kubelet that pulls.
/// </summary>
internal sealed class SoakCluster : IAsyncDisposable
{
    private const string Admission = "admission: { onDemand: { leaseDuration: 5s }, cache: { missing: 1s, present: 30s } }";
    private const string Pods = "/api/v1/namespaces/shop/pods";
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PullInterval = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryFolder _work = new();
    private readonly Lock _lock = new();
    private readonly List<WebhookProcess> _replicas = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, byte> _failing = new(StringComparer.Ordinal);
    private Task _kubelet = Task.CompletedTask;
    private string _kubeconfig = "";
    private int _started;
    private int _ran;
    private int _failedOpen;

    private SoakCluster(ApiServer server, EmulatedRegistry source, EmulatedRegistry target) => (Server, Source, Target) = (server, source, target);

    public ApiServer Server { get; }

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    /// <summary>The replica that is never killed: its memory is watched.</summary>
    public WebhookProcess Survivor => _replicas[0];

    /// <summary>Pods whose images could all be pulled.</summary>
    public int Ran => _ran;

    /// <summary>Pods that passed because no replica answered.</summary>
    public int FailedOpen => _failedOpen;

    public IReadOnlyList<JsonObject> WaitingPods => Server.List(Pods);

    public string Output => string.Join("\n\n", _replicas.Select(replica => replica.Output));

    public static async Task<SoakCluster> StartAsync()
    {
        var cluster = new SoakCluster(
            await ApiServer.StartAsync(), await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" }), await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" }));
        cluster._kubeconfig = cluster._work.Write("kubeconfig", $"""
            apiVersion: v1
            kind: Config
            current-context: soak
            clusters: [{"{"} name: soak, cluster: {"{"} server: "{cluster.Server.Url}" {"}"} {"}"}]
            contexts: [{"{"} name: soak, context: {"{"} cluster: soak, user: soak {"}"} {"}"}]
            users: [{"{"} name: soak, user: {"{"} token: soak {"}"} {"}"}]
            """);
        for (var i = 0; i < 3; i++) await cluster.AddReplicaAsync();
        cluster.Server.Admission = cluster.AdmitAsync;
        cluster._kubelet = Task.Run(cluster.PullAsync);
        await Eventually.TrueAsync(
            async () => (await cluster.Survivor.GetAsync("/status")).Contains("\"gateProblem\": null", StringComparison.Ordinal), "no replica leads, so that no gates are set");
        return cluster;
    }

    /// <summary>Kills a replica and starts another.</summary>
    /// <param name="isNoticed">Whether nobody is sent to the dead one; otherwise pods pass unseen until the new one is there, and their images are missed later.</param>
    public async Task ReplaceReplicaAsync(bool isNoticed)
    {
        var killed = _replicas[1];
        killed.Kill();
        if (isNoticed) Remove(killed);
        await AddReplicaAsync();
        if (!isNoticed) Remove(killed);
        await killed.DisposeAsync();
    }

    private void Remove(WebhookProcess replica)
    {
        lock (_lock) _replicas.Remove(replica);
    }

    public async Task<JsonObject> CreatePodAsync(string name, params string[] images)
    {
        var pod = Fixture.PodWith(images)["request"]!["object"]!.DeepClone().AsObject();
        pod["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" };
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = Server.Url }, TimeProvider.System);
        return await client.CreateAsync(ResourceType.Pods, "shop", pod, CancellationToken.None);
    }

    /// <summary>Asks some replica; null where it does not answer.</summary>
    public async Task<ReviewAnswer?> ReviewAsync(JsonObject review)
    {
        WebhookProcess replica;
        lock (_lock) replica = _replicas[Random.Shared.Next(_replicas.Count)];
        using var limit = new CancellationTokenSource(CallLimit);
        try
        {
            return await replica.ReviewAsync(review, cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Resident set and managed heap after the last collection, of the survivor, in bytes.</summary>
    public async Task<(long Resident, double Heap)> MemoryAsync()
    {
        var resident = File.ReadLines($"/proc/{Survivor.ProcessId}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var metrics = Exposition.Parse(await Survivor.GetAsync("/metrics"));
        return (long.Parse(resident, CultureInfo.InvariantCulture) * 1024, metrics.Families["dotnet_gc_last_collection_heap_size_bytes"].Samples.Sum(sample => sample.Value));
    }

    public async ValueTask DisposeAsync()
    {
        Server.Admission = null;
        await _stopping.CancelAsync();
        await _kubelet;
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await Server.DisposeAsync();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        _stopping.Dispose();
        _work.Dispose();
    }

    private async Task AddReplicaAsync()
    {
        var environment = new Dictionary<string, string> { ["POD_NAME"] = $"replica-{_started++}", ["POD_NAMESPACE"] = "promoter" };
        var replica = await WebhookProcess.StartAsync(Source, Target, Admission, environment, "--kubeconfig", _kubeconfig);
        lock (_lock) _replicas.Add(replica);
    }

    private async Task<JsonObject> AdmitAsync(ApiPath path, JsonObject item)
    {
        if (path.Plural != "pods") return item;
        var review = Fixture.Review("create-pod-docker-hub-short-name");
        review["request"]!["object"] = item.DeepClone();
        review["request"]!["namespace"] = path.Namespace;
        if (await ReviewAsync(review) is not { } answer)
        {
            Interlocked.Increment(ref _failedOpen);
            return item;
        }

        return answer.Allowed ? answer.Apply(review) : throw new ApiException(403, "Forbidden", $"admission webhook denied the request: {answer.Message}");
    }

    // What can be pulled runs, and is deleted as a finished pod is; what cannot reports so, and goes on trying.
    private async Task PullAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            foreach (var pod in Server.List(Pods).Where(pod => !pod.Items("spec", "schedulingGates").Any())) Pull(pod);
            await Task.WhenAny(Task.Delay(PullInterval, _stopping.Token));
        }
    }

    private void Pull(JsonObject pod)
    {
        var path = $"{Pods}/{pod.Name()}";
        var containers = pod.Items("spec", "containers").ToList();
        var missing = containers.Where(container => !IsPullable(ImageReference.Parse(container.Text("image")!))).ToList();
        if (missing.Count == 0)
        {
            Server.Remove(path);
            _failing.TryRemove(pod.Name(), out _);
            Interlocked.Increment(ref _ran);
        }
        else
        {
            // Each report is another one to whoever watches: the kubelet's count goes up.
            _failing[pod.Name()] = 0;
            Server.Change(path, item => item["status"]!["containerStatuses"] = new JsonArray([.. missing.Select(container => (JsonNode)new JsonObject
            {
                ["name"] = container.Text("name"),
                ["image"] = container.Text("image"),
                ["imageID"] = "",
                ["ready"] = false,
                ["restartCount"] = 0,
                ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ErrImagePull" } },
            })]));
        }
    }

    private bool IsPullable(ImageReference image)
    {
        var registry = image.Registry == WebhookProcess.TargetHost ? Target : Source;
        return registry.ManifestOf(image.Repository, image.Digest?.ToString() ?? image.Tag!.Value.ToString()) is not null;
    }
}
