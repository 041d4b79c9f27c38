using System.Collections.Concurrent;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Copying;

/// <summary>A target registry in memory that mounts, refuses manifests whose blobs are missing, and counts the blobs whose bytes crossed.</summary>
internal sealed class FakeRegistry
{
    private readonly ConcurrentDictionary<(string Repository, Digest Digest), bool> _blobs = new();
    private int _crossings;

    public int Crossings => _crossings;

    /// <summary>Whether the upload of a blob into a repository fails for good.</summary>
    public Func<string, Digest, bool> Fails { get; init; } = (_, _) => false;

    public bool Has(string repository, Digest digest) => _blobs.ContainsKey((repository, digest));

    public IRepository Repository(string name) => new Target(this, name);

    private sealed class Target(FakeRegistry registry, string name) : IRepository
    {
        public string Host => "target";

        public string Name => name;

        public Side Side => Side.Target;

        public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => Task.FromResult<Descriptor?>(null);

        public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) => Task.FromResult<Manifest?>(null);

        public async Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return manifest.Blobs.All(b => registry.Has(name, b.Digest)) ? new PushedManifest(true) : throw Failure(RegistryFault.Protocol);
        }

        public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => Task.FromResult(registry.Has(name, digest));

        public Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) => throw new NotSupportedException();

        public async Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (registry.Fails(name, blob.Digest)) throw Failure(RegistryFault.Unreachable);
            var mounted = mountFrom is not null && registry.Has(mountFrom, blob.Digest);
            if (!mounted) Interlocked.Increment(ref registry._crossings);
            registry._blobs[(name, blob.Digest)] = true;
            return mounted ? BlobOutcome.Mounted : BlobOutcome.Copied;
        }

        public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Descriptor>>([]);

        private RegistryException Failure(RegistryFault fault) => new(fault, $"{fault} in {name}") { Host = Host, Repository = name, Side = Side.Target };
    }
}
