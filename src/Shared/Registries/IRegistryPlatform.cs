using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// What the platform behind a registry host offers beyond the distribution spec. Every member may decline by returning null, and the plain
/// protocol serves instead. The only platform today is ECR (<c>Aws</c>); a registry without one uses no member of this interface.
/// </summary>
public interface IRegistryPlatform
{
    /// <summary>Whether this platform runs the registry at <paramref name="host"/>.</summary>
    bool Serves(string host);

    /// <summary>Answers many queries about one repository in as few requests as the platform's API allows; null: use HEAD requests.</summary>
    /// <exception cref="RegistryException">The platform's API failed in a way that HEAD requests would not cure.</exception>
    Task<IReadOnlyList<ManifestAnswer>?> FindManifestsAsync(
        string host, string repository, IReadOnlyList<ManifestQuery> queries, CancellationToken cancellationToken);

    /// <summary>Which of these blobs the repository has; null: use HEAD requests.</summary>
    Task<IReadOnlySet<Digest>?> FindBlobsAsync(
        string host, string repository, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken);

    /// <summary>Fetches manifests in batches; null: fetch them one by one. References that lead nowhere are left out of the answer.</summary>
    Task<IReadOnlyDictionary<ManifestReference, Manifest>?> FetchManifestsAsync(
        string host, string repository, IReadOnlyCollection<ManifestReference> references, CancellationToken cancellationToken);

    /// <summary>Makes sure that the repository exists; called only after the source image is known to exist.</summary>
    /// <param name="host">The target registry.</param>
    /// <param name="repository">The target repository.</param>
    /// <param name="sourceHost">The source registry, whose repository's settings may be the model.</param>
    /// <param name="sourceRepository">The source repository.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>False where this platform creates no repositories for the host (not configured): a missing one is then an error of the push.</returns>
    Task<bool> EnsureRepositoryAsync(
        string host, string repository, string sourceHost, string sourceRepository, CancellationToken cancellationToken);

    /// <summary>Whether blobs can be mounted between repositories of this registry; null where only trying tells.</summary>
    Task<bool?> SupportsMountAsync(string host, CancellationToken cancellationToken);

    /// <summary>Whether this platform has just created the repository, so that a push may still be told that it does not exist: then the push is worth repeating.</summary>
    bool IsSettling(string host, string repository) => false;

    /// <summary>
    /// Says in the platform's own terms what was refused to whom, on what, and what would allow it; null where it has nothing to add to what the registry said.
    /// </summary>
    /// <param name="host">The registry that answered with 403.</param>
    /// <param name="repository">The repository that the request was about.</param>
    /// <param name="action">The kind of request.</param>
    /// <param name="text">What the registry said; empty for answers to HEAD, which have no body.</param>
    string? ExplainDenial(string host, string repository, RegistryAction action, string text) => null;

    /// <summary>Actions per second that the platform's quotas allow for a kind of request; null: unlimited.</summary>
    double? RateLimit(RegistryAction action);
}
