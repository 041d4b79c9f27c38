using Promoter.Admission.Pods;
using Promoter.Oci;

namespace Promoter.Admission.Access;

/// <summary>The pull secrets of a pod. Needs Kubernetes, hence two implementations.</summary>
internal interface IPodSecrets
{
    /// <summary>What the kubelet would try for this image of this pod, in its order; null where secrets cannot be read at all.</summary>
    ValueTask<PullCredentials?> FindAsync(PodFacts pod, ImageReference image, CancellationToken cancellationToken);
}

/// <summary>Without Kubernetes nobody's secrets can be read.</summary>
internal sealed class NoPodSecrets : IPodSecrets
{
    public ValueTask<PullCredentials?> FindAsync(PodFacts pod, ImageReference image, CancellationToken cancellationToken) => new((PullCredentials?)null);
}
