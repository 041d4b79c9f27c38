using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Promoter.Oci;

namespace Promoter.Registries.Layouts;

/// <summary>Reads the manifests of a layout, each checked against the digest that leads to it. What has been read is kept: content of a digest never changes.</summary>
internal sealed class LayoutCatalog(LayoutFolder folder, RequestOrigin origin)
{
    private readonly ConcurrentDictionary<Digest, Manifest> _manifests = new();
    private bool _isLayout;

    /// <summary>Whether there is a layout. Asked before the layout is locked, since the file that says so serves as the lock.</summary>
    public async Task<bool> IsLayoutAsync(CancellationToken cancellationToken)
    {
        if (_isLayout) return true;
        if (await folder.ReadVersionAsync(cancellationToken) is not { } version) return false;
        if (!LayoutVersion.IsKnown(version)) throw Broken(RegistryFault.Unsupported, "its file oci-layout names no version 1.x");
        return _isLayout = true;
    }

    /// <summary>The layout's index; null where there is no layout.</summary>
    /// <exception cref="RegistryException">The folder is a layout of a version that is not known, or its index is broken.</exception>
    public async Task<LayoutIndex?> ReadIndexAsync(CancellationToken cancellationToken)
    {
        if (!await IsLayoutAsync(cancellationToken)) return null;
        var bytes = await folder.ReadIndexAsync(ManifestReader.MaxBytes, cancellationToken) ?? throw Broken(RegistryFault.Corrupt, "it has no index.json");
        try
        {
            return LayoutIndex.Read(bytes);
        }
        catch (ManifestFormatException e)
        {
            throw Broken(RegistryFault.Corrupt, $"its index.json cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The manifest that a descriptor points to; null where its file is missing.</summary>
    /// <exception cref="RegistryException">The file does not have the digest, or is no manifest.</exception>
    public async Task<Manifest?> FetchAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (_manifests.TryGetValue(descriptor.Digest, out var known)) return known;
        if (await folder.ReadBlobAsync(descriptor.Digest, ManifestReader.MaxBytes, cancellationToken) is not { } bytes) return null;
        if (bytes.Length <= ManifestReader.MaxBytes && !descriptor.Digest.Matches(bytes))
        {
            throw Broken(RegistryFault.Corrupt, $"the file of {descriptor.Digest} has digest {Digest.Of(bytes, descriptor.Digest.Algorithm)}: remove it and copy the image into the layout again");
        }

        try
        {
            return _manifests.GetOrAdd(descriptor.Digest, ManifestReader.Read(bytes, descriptor.MediaType, descriptor.Digest));
        }
        catch (ManifestFormatException e)
        {
            throw Broken(e.IsUnsupported ? RegistryFault.Unsupported : RegistryFault.Protocol, $"{descriptor.Digest}: {e.Message}", e);
        }
    }

    /// <summary>Every manifest that the index leads to, itself or by way of other indexes; those whose files are missing are passed over.</summary>
    public async IAsyncEnumerable<(Descriptor Descriptor, Manifest Manifest)> WalkAsync(LayoutIndex index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<Digest>();
        var queue = new Queue<Descriptor>(index.Entries);
        while (queue.TryDequeue(out var next))
        {
            if (!seen.Add(next.Digest) || !MediaTypes.IsManifest(next.MediaType) || await FetchAsync(next, cancellationToken) is not { } manifest) continue;
            yield return (next, manifest);
            foreach (var child in manifest.Manifests) queue.Enqueue(child);
        }
    }

    /// <summary>What is missing below a manifest, or has another size than it says; null where it is complete.</summary>
    public async Task<string?> FindGapAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        foreach (var blob in manifest.Blobs.Where(b => b.Urls.Count == 0 || !MediaTypes.IsForeignLayer(b.MediaType)))
        {
            if (GapOf(blob) is { } gap) return gap;
        }

        foreach (var child in manifest.Manifests)
        {
            if (GapOf(child) is { } gap) return gap;
            if (MediaTypes.IsManifest(child.MediaType) && await FetchAsync(child, cancellationToken) is { } below && await FindGapAsync(below, cancellationToken) is { } deeper) return deeper;
        }

        return null;
    }

    public RegistryException Broken(RegistryFault fault, string reason, Exception? inner = null) =>
        RegistryErrors.Fault(fault, $"the OCI layout {folder.FullPath} cannot be used: {reason}", "read layout", origin, inner: inner);

    private string? GapOf(Descriptor content) => folder.SizeOf(content.Digest) switch
    {
        null => $"the file of {content.Digest} ({content.MediaType}) is missing",
        { } size when size != content.Size => $"the file of {content.Digest} has {size} bytes where {content.Size} are due: remove it and copy the image again",
        _ => null,
    };
}
