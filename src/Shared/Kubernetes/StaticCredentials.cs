namespace Promoter.Kubernetes;

/// <summary>A credential that stands in the kubeconfig and never changes.</summary>
public sealed class StaticCredentials(KubernetesCredential credential) : IKubernetesCredentials
{
    public static readonly StaticCredentials Anonymous = new(KubernetesCredential.None);

    public ValueTask<KubernetesCredential> GetAsync(KubernetesCredential? rejected, CancellationToken cancellationToken) => new(credential);
}
