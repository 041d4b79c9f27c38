using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

/// <summary>A repository that is another one, except where a test wants it different.</summary>
internal abstract class RepositoryDecorator(IRepository inner) : IRepository
{
    public string Host => inner.Host;

    public string Name => inner.Name;

    public Side Side => inner.Side;

    public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => inner.HeadManifestAsync(reference, cancellationToken);

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => inner.FetchManifestAsync(reference, cancellationToken);

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken) =>
        inner.PushManifestAsync(reference, manifest, cancellationToken);

    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => inner.HasBlobAsync(digest, cancellationToken);

    public virtual Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) => inner.OpenBlobAsync(blob, offset, cancellationToken);

    public virtual Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) =>
        inner.OpenBlobRangeAsync(blob, offset, end, cancellationToken);

    public Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken) =>
        inner.PushBlobAsync(blob, content, mountFrom, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => inner.ListReferrersAsync(subject, cancellationToken);
}
