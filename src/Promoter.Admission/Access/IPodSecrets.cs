using Promoter.Admission.Pods;
using Promoter.Registries;

namespace Promoter.Admission.Access;

/// <summary>The pull secrets of a pod and of its service account. Needs Kubernetes, hence two implementations.</summary>
internal interface IPodSecrets
{
    /// <summary>What the kubelet would try for this pod; null where secrets cannot be read at all.</summary>
    ValueTask<IRegistryCredentials?> ReadAsync(PodFacts pod, CancellationToken cancellationToken);
}

/// <summary>Without Kubernetes nobody's secrets can be read.</summary>
internal sealed class NoPodSecrets : IPodSecrets
{
    public ValueTask<IRegistryCredentials?> ReadAsync(PodFacts pod, CancellationToken cancellationToken) => new((IRegistryCredentials?)null);
}
