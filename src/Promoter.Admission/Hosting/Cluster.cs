using Promoter.Admission.Jobs;
using Promoter.Kubernetes;

namespace Promoter.Admission.Hosting;

/// <summary>The cluster that this process serves, and who it is there.</summary>
/// <param name="Namespace">Where our Leases, Jobs and the certificate's Secret live.</param>
/// <param name="Identity">This replica; another after each restart.</param>
internal sealed record Cluster(KubernetesClient Client, string Namespace, string Identity)
{
    /// <summary>What Jobs of <c>promoter</c> need; null where none can be made.</summary>
    public JobSettings? Jobs { get; init; }
}
