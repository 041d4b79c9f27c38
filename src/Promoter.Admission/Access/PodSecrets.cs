using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Access;

/// <summary>
/// Reads the Secrets that <c>spec.imagePullSecrets</c> names. Those of the service account are among them, since the API server copies them into a pod that names none
/// before it asks us; a workload's template has not been through that, so that for a pod without any the account is asked here, by the same rule.
/// </summary>
internal sealed partial class PodSecrets(Cluster cluster, TimeProvider time, ILogger<PodSecrets> logger) : IPodSecrets
{
    /// <summary>Fifty pods of one Deployment name the same Secret within a second.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<(ResourceType Type, string Namespace, string Name), (JsonObject? Object, DateTimeOffset At)> _read = new();

    public async ValueTask<PullCredentials?> FindAsync(PodFacts pod, ImageReference image, CancellationToken cancellationToken)
    {
        var keyring = new DockerKeyring();
        foreach (var name in pod.PullSecrets.Count > 0 ? pod.PullSecrets : await OfAccountAsync(pod, cancellationToken))
        {
            if (await ReadAsync(ResourceType.Secrets, pod.Namespace, name, cancellationToken) is { } secret) keyring.Add(secret);
        }

        return keyring.Find(image);
    }

    private async ValueTask<IReadOnlyList<string>> OfAccountAsync(PodFacts pod, CancellationToken cancellationToken)
    {
        var account = await ReadAsync(ResourceType.ServiceAccounts, pod.Namespace, pod.ServiceAccount, cancellationToken);
        return [.. account.Items("imagePullSecrets").Select(secret => secret.Text("name")).OfType<string>()];
    }

    private async ValueTask<JsonObject?> ReadAsync(ResourceType type, string ns, string name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_read.TryGetValue((type, ns, name), out var known) && now - known.At < Memory) return known.Object;
        if (_read.Count >= Capacity) _read.Clear();
        try
        {
            // What is not there is skipped, as the kubelet skips it.
            var found = await cluster.Client.FindAsync(type, ns, name, cancellationToken);
            _read[(type, ns, name)] = (found, now);
            return found;
        }
        catch (KubernetesException e)
        {
            LogUnreadable(logger, type, ns, name, e.Message);
            return null;
        }
    }

    [LoggerMessage(5611, LogLevel.Warning, "For pull secrets, {Type} {Namespace}/{Name} could not be read: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, ResourceType type, string @namespace, string name, string problem);
}
