using System.Security.Cryptography.X509Certificates;

namespace Promoter.Kubernetes;

/// <summary>The endpoint that the kubelet gives every pod: two environment variables and the service account's volume.</summary>
public static class InCluster
{
    private const string DefaultVolume = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether this process runs in a pod with a service account.</summary>
    public static bool IsAvailable(Func<string, string?> environment, string volume = DefaultVolume) =>
        environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && File.Exists(Path.Combine(volume, "token"));

    /// <exception cref="KubernetesException">This is no pod, or its service account is not mounted.</exception>
    public static KubernetesEndpoint Load(Func<string, string?> environment, TimeProvider time, string volume = DefaultVolume)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port)
        {
            throw new KubernetesException("This is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. Pass --kubeconfig FILE.");
        }

        var authority = Path.Combine(volume, "ca.crt");
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(authority);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new KubernetesException($"The cluster's CA cannot be read from {authority}: {e.Message} Is automountServiceAccountToken off?", e);
        }

        var nsFile = Path.Combine(volume, "namespace");
        return new KubernetesEndpoint
        {
            Server = new Uri($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}/"),
            Authorities = authorities,
            Credentials = new TokenFile(Path.Combine(volume, "token"), time),
            Namespace = File.Exists(nsFile) ? File.ReadAllText(nsFile).Trim() : "default",
        };
    }
}
