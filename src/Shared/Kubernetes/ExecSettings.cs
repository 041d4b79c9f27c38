using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>The cluster that a plugin may be told about.</summary>
internal sealed record ExecCluster(Uri Server, JsonNode Entry);

/// <summary>A kubeconfig's <c>users[].user.exec</c> (client.authentication.k8s.io).</summary>
internal sealed record ExecSettings
{
    public required string ApiVersion { get; init; }

    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What to tell a person whose machine lacks the command.</summary>
    public string? InstallHint { get; init; }

    /// <summary>The plugin must be able to ask a person, so that it cannot run without a terminal.</summary>
    public bool NeedsTerminal { get; init; }

    /// <summary>The cluster to pass in KUBERNETES_EXEC_INFO; null unless the plugin asked for it.</summary>
    public JsonObject? Cluster { get; init; }

    public static ExecSettings Read(JsonNode exec, Kubeconfig.KubeconfigFile file, ExecCluster cluster)
    {
        var command = exec.Text("command") ?? throw new KubernetesException($"The exec plugin in {file.Path} has no command.");
        var version = exec.Text("apiVersion") ?? "";
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw new KubernetesException($"The exec plugin '{command}' in {file.Path} uses apiVersion '{version}': client.authentication.k8s.io/v1 and v1beta1 are supported.");
        }

        return new ExecSettings
        {
            ApiVersion = version,
            // As client-go: a command with a slash is relative to the file, one without is looked up on PATH.
            Command = command.Contains('/', StringComparison.Ordinal) ? file.Resolve(command) : command,
            Arguments = [.. exec.Items("args").Select(argument => argument.ToString())],
            Environment = exec.Items("env").ToDictionary(entry => entry.Text("name") ?? "", entry => entry.Text("value") ?? "", StringComparer.Ordinal),
            InstallHint = exec.Text("installHint"),
            NeedsTerminal = exec.Text("interactiveMode") is "Always",
            Cluster = exec.Text("provideClusterInfo") is "true" ? Describe(cluster) : null,
        };
    }

    private static JsonObject Describe(ExecCluster cluster)
    {
        var described = new JsonObject { ["server"] = cluster.Server.ToString().TrimEnd('/') };
        foreach (var member in (ReadOnlySpan<string>)["tls-server-name", "certificate-authority-data", "proxy-url"])
        {
            if (cluster.Entry.Text(member) is { } value) described[member] = value;
        }

        if (cluster.Entry.Text("insecure-skip-tls-verify") is "true") described["insecure-skip-tls-verify"] = true;
        return described;
    }
}
