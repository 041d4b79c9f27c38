using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// One repository to read from or write to: in a registry, or an OCI layout on disk. "Not there" is an answer (null, false); every other trouble is a
/// <see cref="RegistryException"/> that has already been retried where that could help.
/// </summary>
public interface IRepository
{
    /// <summary>Host and port as references carry them; for a layout its path.</summary>
    string Host { get; }

    /// <summary>Path of the repository within the registry.</summary>
    string Name { get; }

    Side Side { get; }

    /// <summary>Type, digest and size of a manifest without its bytes; null where it is not there.</summary>
    Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken);

    /// <summary>A manifest, its bytes checked against the digest; null where it is not there.</summary>
    Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken);

    /// <summary>Stores a manifest under its digest, or under a tag.</summary>
    Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken);

    Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Opens a blob at a byte offset. One try: the reader resumes (<see cref="BlobReader"/>).</summary>
    Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken);

    /// <summary>Opens the bytes of a blob from <paramref name="offset"/> up to, not including, <paramref name="end"/>. One try, as <see cref="OpenBlobAsync"/>.</summary>
    /// <returns>Null where this repository gives out whole blobs only.</returns>
    Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) => Task.FromResult<Stream?>(null);

    /// <summary>Stores a blob that is not there yet, or mounts it from another repository of the same registry.</summary>
    /// <param name="blob">What is stored.</param>
    /// <param name="content">Where its bytes come from; read as often as needed.</param>
    /// <param name="mountFrom">A repository of the same registry that has the blob; null: none is known.</param>
    /// <param name="cancellationToken">Cancels the transfer.</param>
    Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken);

    /// <summary>What refers to a digest: the referrers API, or its fallback tag where the registry has no API (distribution-spec, "Listing Referrers").</summary>
    Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>As the other, where one artifact type is wanted: the registry may leave the others out, and need not.</summary>
    Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, string artifactType, CancellationToken cancellationToken) => ListReferrersAsync(subject, cancellationToken);
}
