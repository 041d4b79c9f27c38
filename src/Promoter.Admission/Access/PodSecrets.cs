using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Access;

/// <summary>
/// Reads the Secrets that <c>spec.imagePullSecrets</c> names. Those of the service account are among them: the API server copied them in before it asked us, and
/// the kubelet looks nowhere else either.
/// </summary>
internal sealed partial class PodSecrets(Cluster cluster, TimeProvider time, ILogger<PodSecrets> logger) : IPodSecrets
{
    /// <summary>Fifty pods of one Deployment name the same Secret within a second.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<(string Namespace, string Name), (JsonObject? Secret, DateTimeOffset At)> _read = new();

    public async ValueTask<PullCredentials?> FindAsync(PodFacts pod, ImageReference image, CancellationToken cancellationToken)
    {
        var keyring = new DockerKeyring();
        foreach (var name in pod.PullSecrets)
        {
            if (await ReadAsync(pod.Namespace, name, cancellationToken) is { } secret) keyring.Add(secret);
        }

        return keyring.Find(image);
    }

    private async ValueTask<JsonObject?> ReadAsync(string ns, string name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_read.TryGetValue((ns, name), out var known) && now - known.At < Memory) return known.Secret;
        if (_read.Count >= Capacity) _read.Clear();
        try
        {
            // A Secret that is not there is skipped, as the kubelet skips it.
            var secret = await cluster.Client.FindAsync(ResourceType.Secrets, ns, name, cancellationToken);
            _read[(ns, name)] = (secret, now);
            return secret;
        }
        catch (KubernetesException e)
        {
            LogUnreadable(logger, ns, name, e.Message);
            return null;
        }
    }

    [LoggerMessage(5611, LogLevel.Warning, "The pull secret {Namespace}/{Name} could not be read: {Problem}")]
    private static partial void LogUnreadable(ILogger logger, string @namespace, string name, string problem);
}
