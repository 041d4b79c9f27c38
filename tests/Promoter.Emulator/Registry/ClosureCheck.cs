namespace Promoter.Emulator.Registry;

/// <summary>Walks everything below a manifest and hashes it again: an independent reader of what a client has pushed.</summary>
internal sealed class ClosureCheck(RegistryStore store, string repository)
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Run(string reference)
    {
        VisitManifest(reference, $"{repository} '{reference}'");
        return _problems;
    }

    private void VisitManifest(string reference, string whence)
    {
        var manifest = store.Access(all => all.TryGetValue(repository, out var r) ? r.Find(reference) : null);
        if (manifest is null)
        {
            _problems.Add($"{whence}: manifest {reference} is missing");
            return;
        }

        if (!_seen.Add(manifest.Digest)) return;
        if (ContentDigest.Of(manifest.Bytes, ContentDigest.AlgorithmOf(manifest.Digest)) != manifest.Digest) _problems.Add($"{whence}: manifest {manifest.Digest} has other bytes");
        foreach (var blob in manifest.Blobs.Where(b => !b.IsForeign)) VisitBlob(blob, manifest.Digest);
        foreach (var child in manifest.Manifests) VisitManifest(child.Digest, manifest.Digest);
    }

    private void VisitBlob(StoredDescriptor blob, string whence)
    {
        if (!_seen.Add(blob.Digest)) return;
        var content = store.Access(all => all[repository].Blobs.GetValueOrDefault(blob.Digest));
        if (content is null) _problems.Add($"{whence}: blob {blob.Digest} is missing");
        else if (content.Length != blob.Size) _problems.Add($"{whence}: blob {blob.Digest} has {content.Length} bytes, the manifest says {blob.Size}");
        else if (content is KeptBlob kept && ContentDigest.Of(kept.Bytes.Span, ContentDigest.AlgorithmOf(blob.Digest)) != blob.Digest)
        {
            _problems.Add($"{whence}: blob {blob.Digest} has other bytes");
        }
    }
}
