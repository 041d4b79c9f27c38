using Microsoft.Extensions.Logging;

namespace Promoter.Registries.Authentication;

/// <summary>Asks several sources of credentials in turn; the first that knows the host answers.</summary>
public sealed class CredentialChain(IReadOnlyList<IRegistryCredentials> sources, ILogger<CredentialChain> logger) : IRegistryCredentials
{
    public async ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            if (await source.FindAsync(host, rejected, cancellationToken) is not { } credential) continue;
            RegistryLog.CredentialFound(logger, host, credential.Origin);
            return credential;
        }

        return null;
    }
}
