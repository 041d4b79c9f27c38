using System.Net;
using System.Net.Sockets;
using Promoter.Interop.Tests.Tools;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Support;

/// <summary>
/// The chart, installed on the real API server that <c>PROMOTER_REAL_KUBERNETES</c> (an administrator's kubeconfig) names, under names of its own. Webhook processes
/// run beside it as the chart's service account; the Service leads to a port here, from which each connection goes on to one of them.
/// </summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private readonly TcpListener _door = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ExternalProgram _kubectl = new(Toolbox.Require("kubectl"));
    private readonly string _manifests;

    private RealCluster(string kubeconfig, DirectoryInfo directory)
    {
        _manifests = Path.Combine(directory.FullName, "manifests.yaml");
        Kubeconfig = Path.Combine(directory.FullName, "account.kubeconfig");
        File.Copy(kubeconfig, Kubeconfig);
        _kubectl.Environment["KUBECONFIG"] = kubeconfig;
        Client = new KubernetesClient(Promoter.Kubernetes.Kubeconfig.Load(kubeconfig, null, Environment.GetEnvironmentVariable, TimeProvider.System), TimeProvider.System);
    }

    /// <summary>The administrator's kubeconfig; null where tests run against the fake.</summary>
    public static string? Administrator => Environment.GetEnvironmentVariable("PROMOTER_REAL_KUBERNETES") is { Length: > 0 } path ? path : null;

    /// <summary>The release, and the namespace of the webhook.</summary>
    public string Name { get; } = $"promoter-{Guid.NewGuid():n}"[..16];

    /// <summary>The namespace whose pods the webhook is asked about.</summary>
    public string Shop => $"{Name}-shop";

    public KubernetesClient Client { get; }

    /// <summary>The kubeconfig of the chart's service account.</summary>
    public string Kubeconfig { get; }

    /// <summary>What the chart's Deployment passes, beside the configuration.</summary>
    public string[] Arguments => ["--kubeconfig", Kubeconfig, "--service-name", Name, "--webhook-configuration", Name, "--tls-self-managed", "--tls-secret", $"{Name}-tls"];

    /// <param name="config">The promotion configuration.</param>
    /// <param name="ports">Where webhook processes listen now.</param>
    public static async Task<RealCluster> InstallAsync(string kubeconfig, DirectoryInfo directory, string config, Func<IReadOnlyList<int>> ports)
    {
        var cluster = new RealCluster(kubeconfig, directory);
        cluster._door.Start();
        _ = cluster.LetInAsync(ports);
        var values = Path.Combine(directory.FullName, "values.yaml");
        await File.WriteAllTextAsync(values, $"""
            fullnameOverride: {cluster.Name}
            image: {"{"} repository: registry.example/promoter-admission {"}"}
            service: {"{"} port: {((IPEndPoint)cluster._door.LocalEndpoint).Port} {"}"}
            webhook: {"{"} namespaceSelector: {"{"} matchLabels: {"{"} kubernetes.io/metadata.name: {cluster.Shop} {"}"} {"}"} {"}"}
            config:
              {config.ReplaceLineEndings("\n  ")}
            """);
        var (major, minor) = await cluster.Client.VersionAsync(CancellationToken.None);
        var rendered = await new ExternalProgram(Toolbox.Require("helm")).RunAsync(
            "template", cluster.Name, Path.Combine(Toolbox.RepositoryRoot, "charts", "promoter-admission"), "--namespace", cluster.Name, "--no-hooks", "--kube-version", $"{major}.{minor}.0", "--values", values);
        await File.WriteAllTextAsync(cluster._manifests, rendered.Text);

        foreach (var ns in (string[])[cluster.Name, cluster.Shop]) await cluster._kubectl.RunAsync("create", "namespace", ns);
        await cluster._kubectl.RunAsync("apply", "--filename", cluster._manifests);
        // Here are no nodes, and Endpoints may not lead to a loopback address: a name may.
        await cluster._kubectl.RunAsync(
            "patch", "service", cluster.Name, "--namespace", cluster.Name, "--type", "merge", "--patch", """{"spec":{"type":"ExternalName","externalName":"localhost","clusterIP":null,"clusterIPs":null,"selector":null}}""");
        var token = (await cluster._kubectl.RunAsync("create", "token", cluster.Name, "--namespace", cluster.Name)).Text.Trim();
        await cluster._kubectl.RunAsync("--kubeconfig", cluster.Kubeconfig, "config", "set-credentials", "webhook", $"--token={token}");
        await cluster._kubectl.RunAsync("--kubeconfig", cluster.Kubeconfig, "config", "set-context", "--current", "--user=webhook");
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await _kubectl.TryRunAsync(["delete", "--ignore-not-found", "--wait=false", "--filename", _manifests], cancellationToken: CancellationToken.None);
        await _kubectl.TryRunAsync(["delete", "namespace", "--ignore-not-found", "--wait=false", Name, Shop], cancellationToken: CancellationToken.None);
        await _closing.CancelAsync();
        _door.Dispose();
        _closing.Dispose();
        Client.Dispose();
    }

    private async Task LetInAsync(Func<IReadOnlyList<int>> ports)
    {
        for (var next = 0; !_closing.IsCancellationRequested; next++)
        {
            var caller = await _door.AcceptTcpClientAsync(_closing.Token);
            _ = ServeAsync(caller, [.. ports()], next);
        }
    }

    // As kube-proxy does: whom a connection reached, it keeps; one that died is not chosen.
    private async Task ServeAsync(TcpClient caller, int[] ports, int next)
    {
        using (caller)
        {
            if (ports.Length == 0) return;
            using var process = new TcpClient();
            await process.ConnectAsync(IPAddress.Loopback, ports[next % ports.Length], _closing.Token);
            await Task.WhenAny(caller.GetStream().CopyToAsync(process.GetStream(), _closing.Token), process.GetStream().CopyToAsync(caller.GetStream(), _closing.Token));
        }
    }
}
