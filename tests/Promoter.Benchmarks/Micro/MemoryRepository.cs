using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Benchmarks.Micro;

/// <summary>A repository that holds one blob in memory.</summary>
internal sealed class MemoryRepository(byte[] content) : IRepository
{
    public string Host => "memory";

    public string Name => "blob";

    public Side Side => Side.Source;

    public Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(content, (int)offset, content.Length - (int)offset, writable: false));

    public Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(new MemoryStream(content, (int)offset, (int)(end - offset), writable: false));

    public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => throw new NotSupportedException();
}
