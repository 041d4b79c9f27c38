using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Copying;

/// <summary>A repository in memory, for what no registry that checks digests can hold.</summary>
internal sealed class FakeRepository(string host, string name, Side side) : IRepository
{
    public Dictionary<string, Manifest> Manifests { get; } = new(StringComparer.Ordinal);

    public string Host => host;

    public string Name => name;

    public Side Side => side;

    public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        Task.FromResult(Manifests.GetValueOrDefault(reference.ToString())?.ToDescriptor());

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        Task.FromResult(Manifests.GetValueOrDefault(reference.ToString()));

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
    {
        Manifests[reference.ToString()] = manifest;
        return Task.FromResult(new PushedManifest(true));
    }

    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Descriptor>>([]);
}
