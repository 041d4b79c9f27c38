using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>The state of one closure being read: what has been seen, in an order in which it may be pushed.</summary>
internal sealed class ClosureWalk(IRepository source, IRegistryPlatform? platform, int parallelism, int maxManifests)
{
    private readonly HashSet<Digest> _seen = [];
    private readonly HashSet<Digest> _seenBlobs = [];
    private readonly List<Manifest> _manifests = [];
    private readonly List<Descriptor> _blobs = [];
    private readonly List<Descriptor> _foreign = [];

    public IReadOnlyList<Manifest> Manifests => _manifests;

    public IReadOnlyList<Descriptor> Blobs => _blobs;

    public IReadOnlyList<Descriptor> ForeignLayers => _foreign;

    public bool Contains(Digest digest) => _seen.Contains(digest);

    public async Task AddTreeAsync(Manifest manifest, IReadOnlyList<Digest> ancestors, int depthLeft, CancellationToken cancellationToken)
    {
        if (_seen.Contains(manifest.Digest)) return;
        if (depthLeft == 0) throw Broken($"its indexes are nested too deeply below {ancestors[0]}");
        IReadOnlyList<Digest> path = [.. ancestors, manifest.Digest];
        if (manifest.Manifests.FirstOrDefault(child => path.Contains(child.Digest)) is { } loop) throw Broken($"the index {manifest.Digest} contains itself (by way of {loop.Digest})");

        foreach (var child in await FetchChildrenAsync(manifest, cancellationToken)) await AddTreeAsync(child, path, depthLeft - 1, cancellationToken);
        foreach (var blob in manifest.Blobs) AddBlob(blob);
        if (!_seen.Add(manifest.Digest)) return;
        _manifests.Add(manifest);
        if (_manifests.Count > maxManifests) throw Broken($"it has more than {maxManifests} manifests");
    }

    public Task<IReadOnlyList<TResult>> ForEachAsync<TItem, TResult>(
        IReadOnlyList<TItem> items, Func<TItem, CancellationToken, Task<TResult>> request, CancellationToken cancellationToken) =>
        Bounded.ForEachAsync(items, parallelism, request, cancellationToken);

    /// <summary>Manifests of the source in the order of the references, in as few requests as its platform allows; null for what is not there.</summary>
    public async Task<IReadOnlyList<Manifest?>> FetchAsync(IReadOnlyList<ManifestReference> references, CancellationToken cancellationToken) =>
        await FetchBatchAsync(references, cancellationToken) is { } batch
            ? [.. references.Select(batch.GetValueOrDefault)]
            : await ForEachAsync(references, source.FetchManifestAsync, cancellationToken);

    private async Task<IReadOnlyDictionary<ManifestReference, Manifest>?> FetchBatchAsync(IReadOnlyList<ManifestReference> references, CancellationToken cancellationToken) =>
        platform is not null && references.Count > 1 ? await platform.FetchManifestsAsync(source.Host, source.Name, references, cancellationToken) : null;

    private async Task<IReadOnlyList<Manifest>> FetchChildrenAsync(Manifest index, CancellationToken cancellationToken)
    {
        var wanted = index.Manifests.Where(d => !_seen.Contains(d.Digest)).DistinctBy(d => d.Digest).ToList();
        var batch = await FetchBatchAsync([.. wanted.Select(d => ManifestReference.Of(d.Digest))], cancellationToken);
        var children = await ForEachAsync(
            wanted, async (d, ct) => batch?.GetValueOrDefault(ManifestReference.Of(d.Digest)) ?? await FetchChildAsync(index, d, ct), cancellationToken);
        return [.. children.OfType<Manifest>()];
    }

    private async Task<Manifest?> FetchChildAsync(Manifest index, Descriptor child, CancellationToken cancellationToken)
    {
        if (MediaTypes.IsSchema1(child.MediaType)) throw Broken($"the index {index.Digest} names the schema 1 manifest {child.Digest}, which ECR and current runtimes refuse: rebuild that platform");
        if (await source.FetchManifestAsync(ManifestReference.Of(child.Digest), cancellationToken) is { } manifest) return manifest;

        // An index may hold things that are no manifests (an artifact's blob listed directly).
        if (!MediaTypes.IsManifest(child.MediaType))
        {
            lock (_blobs) AddBlob(child);
            return null;
        }

        throw new RegistryException(
            RegistryFault.NotFound,
            $"the index {index.Digest} of source {source.Host}/{source.Name} names {child.Platform?.ToString() ?? "a manifest"} {child.Digest}, which is not there; push the whole index again (--all)")
        {
            Operation = "fetch manifest",
            Side = source.Side,
            Host = source.Host,
            Repository = source.Name,
        };
    }

    private void AddBlob(Descriptor blob)
    {
        if (!_seenBlobs.Add(blob.Digest)) return;
        // A foreign layer that has no URLs can only be had from the registry, as ggcr and containerd see it.
        (MediaTypes.IsForeignLayer(blob.MediaType) && blob.Urls.Count > 0 ? _foreign : _blobs).Add(blob);
    }

    private RegistryException Broken(string reason) => new(RegistryFault.Unsupported, $"the image at source {source.Host}/{source.Name} cannot be copied: {reason}")
    {
        Operation = "read image",
        Side = source.Side,
        Host = source.Host,
        Repository = source.Name,
    };
}
