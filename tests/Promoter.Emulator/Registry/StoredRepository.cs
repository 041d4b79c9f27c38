namespace Promoter.Emulator.Registry;

/// <summary>One repository. Guarded by the lock of the <see cref="RegistryStore"/> that owns it.</summary>
internal sealed class StoredRepository(string name)
{
    public string Name { get; } = name;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many requests the registry endpoint still answers as if the repository did not exist.</summary>
    public int HiddenFor { get; set; }

    public Dictionary<string, BlobContent> Blobs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, StoredManifest> Manifests { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, UploadSession> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>Number of findings per severity, by the digest of the scanned image.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, int>> ScanFindings { get; } = new(StringComparer.Ordinal);

    public EcrRepositorySettings Settings { get; init; } = new();

    /// <summary>The manifest of a tag or digest, or null.</summary>
    public StoredManifest? Find(string reference) =>
        Manifests.GetValueOrDefault(ContentDigest.IsValid(reference) ? reference : Tags.GetValueOrDefault(reference) ?? "");

    /// <summary>Whether some manifest names the blob; ECR mounts no other, and may clean up any other.</summary>
    public bool IsReferenced(string blob) => Manifests.Values.Any(m => m.Blobs.Any(b => b.Digest == blob));
}
