using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Release;

/// <summary>The finished content, before it is pushed; the side that a push reads from.</summary>
internal sealed class MemoryRepository : IRepository
{
    private readonly Dictionary<Digest, (Descriptor Descriptor, byte[] Content)> _blobs = [];
    private readonly List<Manifest> _manifests = [];

    public string Host => "build";

    public string Name => "artifacts";

    public Side Side => Side.Source;

    public IEnumerable<Descriptor> Blobs => _blobs.Values.Select(b => b.Descriptor);

    /// <summary>In the order in which they were added: children first.</summary>
    public IReadOnlyList<Manifest> Manifests => _manifests;

    /// <summary>Keeps a blob, and gives the descriptor that points to it.</summary>
    public JsonObject AddBlob(string mediaType, byte[] content)
    {
        var descriptor = Describe(mediaType, content);
        var digest = Digest.Parse((string)descriptor["digest"]!);
        _blobs[digest] = (new Descriptor(mediaType, digest, content.Length), content);
        return descriptor;
    }

    /// <summary>Keeps a manifest, and gives the descriptor that points to it.</summary>
    public JsonObject AddManifest(JsonObject manifest)
    {
        var mediaType = (string)manifest["mediaType"]!;
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        _manifests.Add(ManifestReader.Read(bytes, mediaType));
        return Describe(mediaType, bytes);
    }

    public Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new MemoryStream(_blobs[blob.Digest].Content[(int)offset..], writable: false));

    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => Task.FromResult(_blobs.ContainsKey(digest));

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        Task.FromResult(_manifests.Find(m => ManifestReference.Of(m.Digest) == reference));

    public async Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        (await FetchManifestAsync(reference, cancellationToken))?.ToDescriptor();

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Descriptor>>([.. _manifests.Where(m => m.Subject?.Digest == subject).Select(m => m.ToDescriptor())]);

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static JsonObject Describe(string mediaType, byte[] content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}",
        ["size"] = content.Length,
    };
}
