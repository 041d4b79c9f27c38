using Promoter.Oci;

namespace Promoter.Registries.Layouts;

/// <summary>
/// An OCI layout on disk in a repository's place. Content is written under its digest first, and <c>index.json</c> names a manifest only when everything
/// below it is there, so that whoever reads the layout in between sees whole images only.
/// </summary>
internal sealed class LayoutRepository : IRepository, IDisposable
{
    private readonly LayoutFolder _folder;
    private readonly LayoutCatalog _catalog;
    private readonly LayoutLock _lock;
    private readonly RequestOrigin _origin;

    public LayoutRepository(string host, string name, Side side, TimeProvider time)
    {
        Host = host;
        Name = name;
        Side = side;
        _origin = new RequestOrigin(side, host, name);
        _folder = new LayoutFolder(LayoutReference.FolderOf(host, name), time);
        _catalog = new LayoutCatalog(_folder, _origin);
        _lock = new LayoutLock(_folder, _catalog);
    }

    public string Host { get; }

    public string Name { get; }

    public Side Side { get; }

    public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        GuardAsync("look up manifest", async () => (await FindAsync(reference, cancellationToken))?.Descriptor);

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        GuardAsync("fetch manifest", async () => (await FindAsync(reference, cancellationToken))?.Manifest);

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken) =>
        GuardAsync("push manifest", async () =>
        {
            using var held = await _lock.TakeAsync(cancellationToken);
            if (await _catalog.FindGapAsync(manifest, cancellationToken) is { } gap) throw _catalog.Broken(RegistryFault.ContentMissing, gap);
            if (_folder.SizeOf(manifest.Digest) != manifest.Size) await _folder.WriteBlobAsync(manifest.Digest, (file, ct) => file.WriteAsync(manifest.Bytes, ct).AsTask(), cancellationToken);
            var index = await _catalog.ReadIndexAsync(cancellationToken) ?? throw _catalog.Broken(RegistryFault.Corrupt, "it was removed while it was written to");
            if (index.With(manifest, reference.Tag) is { } changed) await _folder.WriteIndexAsync(changed, cancellationToken);

            // Whoever looks for referrers finds them by their subjects.
            return new PushedManifest(SubjectIsListed: true);
        });

    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) => Task.FromResult(_folder.SizeOf(digest) is not null);

    public Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        GuardAsync("fetch blob", () =>
        {
            if (_folder.SizeOf(blob.Digest) is not { } size) throw _catalog.Broken(RegistryFault.NotFound, $"the file of {blob.Digest} ({blob.MediaType}) is missing: copy the image into the layout again");
            if (size != blob.Size) throw _catalog.Broken(RegistryFault.Corrupt, $"the file of {blob.Digest} has {size} bytes where the manifest says {blob.Size}");
            var stream = _folder.OpenBlob(blob.Digest);
            stream.Position = offset;
            return Task.FromResult(stream);
        });

    public Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken) =>
        GuardAsync("store blob", async () =>
        {
            if (_folder.SizeOf(blob.Digest) == blob.Size) return BlobOutcome.AlreadyPresent;
            using (await _lock.TakeAsync(cancellationToken))
            {
                // The layout is there now, and whatever was left half-written is not.
            }

            try
            {
                await WriteAsync(blob, content, cancellationToken);
            }
            catch (RegistryException e) when (e is { Fault: RegistryFault.Corrupt, IsTransient: true })
            {
                // Damage on the way is cured by reading once more, damage at rest is not.
                await content.RestartAsync();
                await WriteAsync(blob, content, cancellationToken);
            }

            return BlobOutcome.Copied;
        });

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        GuardAsync<IReadOnlyList<Descriptor>>("list referrers of", async () =>
        {
            if (await _catalog.ReadIndexAsync(cancellationToken) is not { } index) return [];
            var referrers = new List<Descriptor>();
            await foreach (var (_, manifest) in _catalog.WalkAsync(index, cancellationToken))
            {
                if (manifest.Subject?.Digest == subject) referrers.Add(manifest.ToDescriptor());
            }

            // Layouts that were filled from a registry without the referrers API carry its fallback tag along.
            foreach (var entry in index.Under(Tag.ForSubject(subject)))
            {
                if (await _catalog.FetchAsync(entry, cancellationToken) is { IsIndex: true } fallback) referrers.AddRange(fallback.Manifests);
            }

            return [.. referrers.DistinctBy(r => r.Digest)];
        });

    /// <summary>The images of the layout: what stands in its index and neither belongs to nor refers to something else that does.</summary>
    public Task<IReadOnlyList<LayoutImage>> ListImagesAsync(CancellationToken cancellationToken) =>
        GuardAsync("list images", async () =>
        {
            var index = await _catalog.ReadIndexAsync(cancellationToken) ?? throw NoLayout();
            var parts = new HashSet<Digest>();
            await foreach (var (descriptor, manifest) in _catalog.WalkAsync(index, cancellationToken))
            {
                parts.UnionWith(manifest.Manifests.Select(m => m.Digest));
                if (manifest.Subject is not null) parts.Add(descriptor.Digest);
            }

            return LayoutImage.Of(index.Entries, parts);
        });

    public void Dispose() => _lock.Dispose();

    private Task WriteAsync(Descriptor blob, BlobReader content, CancellationToken cancellationToken) =>
        _folder.WriteBlobAsync(blob.Digest, (file, ct) => LayoutBlob.CopyAsync(content, file, ct), cancellationToken);

    private async Task<(Descriptor Descriptor, Manifest Manifest)?> FindAsync(ManifestReference reference, CancellationToken cancellationToken)
    {
        if (await _catalog.ReadIndexAsync(cancellationToken) is not { } index) return Side == Side.Target ? null : throw NoLayout();
        if (await LookUpAsync(index, reference, cancellationToken) is not { } descriptor) return null;
        var manifest = await _catalog.FetchAsync(descriptor, cancellationToken);

        // A target that lacks a part of an image does not have the image: copying it again makes it whole.
        if (Side == Side.Target) return manifest is not null && await _catalog.FindGapAsync(manifest, cancellationToken) is null ? (descriptor, manifest) : null;
        if (manifest is null) throw _catalog.Broken(RegistryFault.NotFound, $"the file of {descriptor.Digest}, which its index names, is missing: copy the image into the layout again");
        return (descriptor, manifest);
    }

    private async Task<Descriptor?> LookUpAsync(LayoutIndex index, ManifestReference reference, CancellationToken cancellationToken)
    {
        if (reference.Tag is { } tag)
        {
            var named = index.Under(tag);
            return named.Count > 1
                ? throw _catalog.Broken(RegistryFault.Unsupported, $"the tag {tag} stands for {string.Join(" and for ", named.Select(d => d.Digest))}; name the image by its digest")
                : named.SingleOrDefault();
        }

        if (index.Entries.FirstOrDefault(e => e.Digest == reference.Digest) is { } entry) return entry;
        await foreach (var (_, manifest) in _catalog.WalkAsync(index, cancellationToken))
        {
            if (manifest.Manifests.FirstOrDefault(m => m.Digest == reference.Digest) is { } child) return child;
        }

        return null;
    }

    private RegistryException NoLayout() =>
        RegistryErrors.Fault(RegistryFault.NotFound, $"there is no OCI layout at {_folder.FullPath}: it has no file oci-layout", "read layout", _origin);

    // What the disk refuses is no trouble of a connection: trying again would not help.
    private async Task<T> GuardAsync<T>(string operation, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (UnusableFolderException e)
        {
            throw RegistryErrors.Fault(RegistryFault.Unusable, $"{operation} in the OCI layout {_folder.FullPath}: {e.Message}", operation, _origin, inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw RegistryErrors.Fault(RegistryFault.Denied, $"{operation} in the OCI layout {_folder.FullPath}: {e.Message}", operation, _origin, inner: e);
        }
        catch (IOException e)
        {
            throw RegistryErrors.Fault(RegistryFault.Unreachable, $"{operation} in the OCI layout {_folder.FullPath}: {e.Message}", operation, _origin, inner: e);
        }
    }
}
