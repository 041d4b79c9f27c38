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

    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/promoter/leases";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("promoter-processes-");
    private readonly List<ReplicaProcess> _processes = [];
    private int _next;

    private ProcessCluster(ApiServer server, EmulatedRegistry source, EmulatedRegistry target) => (Server, Source, Target) = (server, source, target);

    public ApiServer Server { get; }

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public IReadOnlyList<ReplicaProcess> Processes => _processes;

    private string ConfigFile => Path.Combine(_directory.FullName, "config.yaml");

    private string KubeconfigFile => Path.Combine(_directory.FullName, "kubeconfig");

    public static async Task<ProcessCluster> StartAsync(int processes)
    {
        var cluster = new ProcessCluster(
            await ApiServer.StartAsync(), await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" }), await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" }));
        await cluster.WriteFilesAsync();
        cluster._processes.AddRange(await Task.WhenAll(Enumerable.Range(1, processes).Select(cluster.StartProcessAsync)));
        cluster.Server.Admission = cluster.AdmitAsync;
        return cluster;
    }

    public string Image(string repositoryAndTag) => $"{Target.ReferenceHost}/{repositoryAndTag}";

    /// <summary>Waits until every process would gate a pod of this image; asked by dry runs, so that nothing is started.</summary>
    public Task UntilAllGateAsync(string image) => Eventually.TrueAsync(
        async () => (await Task.WhenAll(_processes.Select(process => process.ReviewAsync(Review(Pod("probe", image), dryRun: true)))))
            .All(answer => answer.Patch.Any(operation => operation!["path"]!.GetValue<string>().Contains("schedulingGates", StringComparison.Ordinal))),
        "a process sets no gates",
        TimeSpan.FromSeconds(90));

    public async Task CreatePodsAsync(IEnumerable<string> names, string image)
    {
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = Server.Url }, TimeProvider.System);
        await Task.WhenAll(names.Select(name => client.CreateAsync(ResourceType.Pods, "shop", Pod(name, image), CancellationToken.None)));
    }

    public bool IsGated(string name) => Server.Find($"/api/v1/namespaces/shop/pods/{name}").Items("spec", "schedulingGates").Any();

    public Task UntilReleasedAsync(IReadOnlyList<string> names) => Eventually.TrueAsync(
        () => names.All(name => !IsGated(name)), "pods are still gated", TimeSpan.FromSeconds(90), () => string.Join("\n\n", _processes.Select(process => $"{process.Name}:\n{process.Output}")));

    /// <summary>The process that holds the Lease of a copy; null while none does.</summary>
    public ReplicaProcess? Copier()
    {
        var lease = Server.List(Leases).FirstOrDefault(lease => lease.Label("promoter.dev/lease") == "promotion");
        return _processes.Find(process => lease.Text("spec", "holderIdentity")?.StartsWith(process.Name + "_", StringComparison.Ordinal) == true);
    }

    public async ValueTask DisposeAsync()
    {
        Server.Admission = null;
        foreach (var process in _processes) await process.DisposeAsync();
        await Server.DisposeAsync();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static JsonObject Pod(string name, string image) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) },
    };

    private static JsonObject Review(JsonObject pod, bool dryRun = false)
    {
        var review = Fixture.Review("create-pod-docker-hub-short-name");
        review["request"]!["object"] = pod.DeepClone();
        review["request"]!["namespace"] = "shop";
        review["request"]!["dryRun"] = dryRun;
        return review;
    }

    private Task<ReplicaProcess> StartProcessAsync(int number) =>
        ReplicaProcess.StartAsync(string.Create(CultureInfo.InvariantCulture, $"webhook-{number}"), "--config", ConfigFile, "--kubeconfig", KubeconfigFile);

    private async Task WriteFilesAsync()
    {
        await File.WriteAllTextAsync(ConfigFile, $$"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - { name: all, source: "{{Source.ReferenceHost}}", target: "{{Target.ReferenceHost}}" }
            admission:
              onMissing: gate
              onDemand: { leaseDuration: {{LeaseDuration}} }
              cache: { missing: 500ms }
            """);
        await File.WriteAllTextAsync(KubeconfigFile, $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{ name: test, context: { cluster: test, user: test } }]
            clusters: [{ name: test, cluster: { server: "{{Server.Url}}" } }]
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
