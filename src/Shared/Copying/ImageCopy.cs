using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>One image to be copied: what it is made of, what the target lacks of it, and the tags that it gets at the end.</summary>
public sealed class ImageCopy
{
    public required IRepository Source { get; init; }

    public required IRepository Target { get; init; }

    public required ImageClosure Closure { get; init; }

    /// <summary>Blobs of the closure that the target repository lacks.</summary>
    public required IReadOnlyList<Descriptor> MissingBlobs { get; init; }

    /// <summary>Manifests of the closure that the target repository lacks, children first.</summary>
    public required IReadOnlyList<Manifest> MissingManifests { get; init; }

    /// <summary>The tags that are to point to the root.</summary>
    public required IReadOnlyList<Tag> Tags { get; init; }

    /// <summary>Whether the target tags may move away from another digest.</summary>
    public bool MayMoveTags { get; init; }

    /// <summary>Bytes of the missing blobs.</summary>
    public long MissingBytes => MissingBlobs.Sum(b => b.Size);

    /// <summary>Why the image failed; null while it has not. Set once, by the copier.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Referrers that the target registry stored without listing them, so that the fallback tag must.</summary>
    internal List<Manifest> UnlistedReferrers { get; } = [];

    /// <summary>Whether the root goes up only when all is committed: with its tag, or by its digest where it gets none (see <see cref="ManifestOrder"/>).</summary>
    internal bool CommitsRoot { get; set; }

    internal bool TryFail(Exception reason)
    {
        lock (UnlistedReferrers)
        {
            if (Failure is not null) return false;
            Failure = reason;
            return true;
        }
    }
}
