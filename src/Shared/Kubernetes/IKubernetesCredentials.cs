namespace Promoter.Kubernetes;

/// <summary>Where the proof of who we are comes from: a file, an exec plugin, the kubeconfig itself.</summary>
public interface IKubernetesCredentials
{
    /// <summary>The credential to use now.</summary>
    /// <param name="rejected">The credential that the server has just refused with 401; a source that can make a new one does so.</param>
    /// <exception cref="KubernetesException">There is none, and the message says why.</exception>
    ValueTask<KubernetesCredential> GetAsync(KubernetesCredential? rejected, CancellationToken cancellationToken);
}
