using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>A pod's credentials for the source, and never ours there; ours everywhere else.</summary>
internal sealed class PodSourceCredentials(string sourceHost, IRegistryCredentials ofPod, IRegistryCredentials ours) : IRegistryCredentials
{
    public ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken) =>
        string.Equals(host, sourceHost, StringComparison.OrdinalIgnoreCase)
            ? ofPod.FindAsync(host, rejected, cancellationToken)
            : ours.FindAsync(host, rejected, cancellationToken);
}
