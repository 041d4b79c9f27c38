namespace Promoter.Registries;

/// <summary>
/// One place where credentials for registries come from. Implementations: docker config and its helpers (here), ECR tokens (<c>Aws</c>),
/// pull secrets (the webhook). Caching, refresh before expiry and one lock per identity are the implementation's.
/// </summary>
public interface IRegistryCredentials
{
    /// <summary>The credential for <paramref name="host"/>, or null where this source knows nothing of that host and the next is to be asked.</summary>
    /// <param name="host">Host and port as they stand in references.</param>
    /// <param name="rejected">The credential that the registry has just refused; a source that can make a new one must not answer with it again.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="RegistryException">The source is responsible for the host and failed; the message says what to do.</exception>
    ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken);
}
