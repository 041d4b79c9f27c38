using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Support;

/// <summary>An API server, two registries and webhook processes between them: everything but the processes lives in the test.</summary>
internal sealed class ProcessCluster : IAsyncDisposable
{
    /// <summary>The shortest that the configuration allows; the default is 15 seconds.</summary>
    public const string LeaseDuration = "5s";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("promoter-processes-");
    private readonly List<ReplicaProcess> _processes = [];
    private readonly ApiServer? _fake;
    private RealCluster? _real;
    private KubernetesClient _client = null!;
    private int _next;

    private ProcessCluster(ApiServer? fake, EmulatedRegistry source, EmulatedRegistry target) => (_fake, Source, Target) = (fake, source, target);

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public IReadOnlyList<ReplicaProcess> Processes => _processes;

    private string ConfigFile => Path.Combine(_directory.FullName, "config.yaml");

    private string Namespace => _real?.Name ?? "promoter";

    private string Shop => _real?.Shop ?? "shop";

    private string KubeconfigFile => Path.Combine(_directory.FullName, "kubeconfig");

    public static async Task<ProcessCluster> StartAsync(int processes)
    {
        var cluster = new ProcessCluster(
            RealCluster.Administrator is null ? await ApiServer.StartAsync() : null,
            await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" }),
            await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" }));
        await cluster.ConnectAsync();
        cluster._processes.AddRange(await Task.WhenAll(Enumerable.Range(1, processes).Select(cluster.StartProcessAsync)));
        cluster._fake?.Admission = cluster.AdmitAsync;
        return cluster;
    }

    public string Image(string repositoryAndTag) => $"{Target.ReferenceHost}/{repositoryAndTag}";

    /// <summary>Waits until every process would gate a pod of this image; asked by dry runs, so that nothing is started.</summary>
    public Task UntilAllGateAsync(string image) => Eventually.TrueAsync(
        async () => (await Task.WhenAll(_processes.Select(process => process.ReviewAsync(Review(Pod("probe", image), dryRun: true)))))
            .All(answer => answer.Patch.Any(operation => operation!["path"]!.GetValue<string>().Contains("schedulingGates", StringComparison.Ordinal))),
        "a process sets no gates",
        TimeSpan.FromSeconds(90));

    public Task CreatePodsAsync(IEnumerable<string> names, string image) =>
        Task.WhenAll(names.Select(name => _client.CreateAsync(ResourceType.Pods, Shop, Pod(name, image), CancellationToken.None)));

    /// <summary>The names of the pods that wait.</summary>
    public async Task<IReadOnlySet<string>> GatedAsync()
    {
        var (pods, _) = await _client.ListAsync(ResourceType.Pods, Shop, ListOptions.All, CancellationToken.None);
        return pods.Where(pod => pod.Items("spec", "schedulingGates").Any()).Select(pod => pod.Name()).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Cuts what the API server has open, where that can be done.</summary>
    public void CutConnections() => _fake?.CutConnections();

    public Task UntilReleasedAsync(IReadOnlyList<string> names) => Eventually.TrueAsync(
        async () => !(await GatedAsync()).Overlaps(names), "pods are still gated", TimeSpan.FromSeconds(90), () => string.Join("\n\n", _processes.Select(process => $"{process.Name}:\n{process.Output}")));

    /// <summary>The process that holds the Lease of a copy; null while none does.</summary>
    public async Task<ReplicaProcess?> CopierAsync()
    {
        var (leases, _) = await _client.ListAsync(ResourceType.Leases, Namespace, ListOptions.All, CancellationToken.None);
        var lease = leases.FirstOrDefault(lease => lease.Label("promoter.dev/lease") == "promotion");
        return _processes.Find(process => lease.Text("spec", "holderIdentity")?.StartsWith(process.Name + "_", StringComparison.Ordinal) == true);
    }

    public async ValueTask DisposeAsync()
    {
        _fake?.Admission = null;
        foreach (var process in _processes) await process.DisposeAsync();
        if (_real is not null) await _real.DisposeAsync();
        else _client.Dispose();
        if (_fake is not null) await _fake.DisposeAsync();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private JsonObject Pod(string name, string image) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Shop },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) },
    };

    private JsonObject Review(JsonObject pod, bool dryRun = false)
    {
        var review = Fixture.Review("create-pod-docker-hub-short-name");
        review["request"]!["object"] = pod.DeepClone();
        review["request"]!["namespace"] = Shop;
        review["request"]!["dryRun"] = dryRun;
        return review;
    }

    private Task<ReplicaProcess> StartProcessAsync(int number) =>
        ReplicaProcess.StartAsync(string.Create(CultureInfo.InvariantCulture, $"webhook-{number}"), Namespace, ["--config", ConfigFile, .. _real?.Arguments ?? ["--kubeconfig", KubeconfigFile]]);

    private async Task ConnectAsync()
    {
        var config = $$"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - { name: all, source: "{{Source.ReferenceHost}}", target: "{{Target.ReferenceHost}}" }
            admission:
              onMissing: gate
              onDemand: { leaseDuration: {{LeaseDuration}} }
              cache: { missing: 500ms }
            """;
        await File.WriteAllTextAsync(ConfigFile, config);
        if (RealCluster.Administrator is { } kubeconfig)
        {
            _real = await RealCluster.InstallAsync(kubeconfig, _directory, config, () => [.. _processes.Where(process => process.IsAlive).Select(process => process.Url.Port)]);
            _client = _real.Client;
            return;
        }

        _client = new KubernetesClient(new KubernetesEndpoint { Server = _fake!.Url }, TimeProvider.System);
        await File.WriteAllTextAsync(KubeconfigFile, $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            clusters: [{ name: test, cluster: { server: "{{_fake.Url}}" } }]
            users: [{ name: test, user: {} }]
            """);
    }

    // As kube-apiserver with failurePolicy Ignore: one replica of the Service, and the pod as it is where that does not answer.
    private async Task<JsonObject> AdmitAsync(ApiPath path, JsonObject item)
    {
        if (path.Plural != "pods") return item;
        var alive = _processes.FindAll(process => process.IsAlive);
        var answer = await alive[(Interlocked.Increment(ref _next) & int.MaxValue) % alive.Count].ReviewAsync(Review(item));
        return answer.Allowed ? answer.Apply(Review(item)) : throw new ApiException(403, "Forbidden", answer.Message);
    }
}
