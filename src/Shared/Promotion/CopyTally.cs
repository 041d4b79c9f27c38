using System.Collections.Concurrent;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>Counts per image what a run moves, and passes every event on.</summary>
internal sealed class CopyTally(ICopyObserver next) : ICopyObserver
{
    private readonly ConcurrentDictionary<ImageCopy, Counts> _counts = new();

    public (long Bytes, int Copied, int Mounted, int Manifests) Of(ImageCopy image)
    {
        var counts = _counts.GetOrAdd(image, _ => new Counts());
        return (Interlocked.Read(ref counts.Bytes), counts.Copied, counts.Mounted, counts.Manifests);
    }

    public void BlobStarted(ImageCopy image, Descriptor blob) => next.BlobStarted(image, blob);

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes)
    {
        Interlocked.Add(ref _counts.GetOrAdd(image, _ => new Counts()).Bytes, bytes);
        next.BytesMoved(image, blob, bytes);
    }

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
        var counts = _counts.GetOrAdd(image, _ => new Counts());
        if (outcome == BlobOutcome.Copied) Interlocked.Increment(ref counts.Copied);
        if (outcome == BlobOutcome.Mounted) Interlocked.Increment(ref counts.Mounted);
        next.BlobFinished(image, blob, outcome);
    }

    public void ManifestPushed(ImageCopy image, Manifest manifest)
    {
        Interlocked.Increment(ref _counts.GetOrAdd(image, _ => new Counts()).Manifests);
        next.ManifestPushed(image, manifest);
    }

    public void Transferred(ImageCopy image) => next.Transferred(image);

    public void TagCommitted(ImageCopy image, Tag tag, Digest digest) => next.TagCommitted(image, tag, digest);

    public void Failed(ImageCopy image, Exception reason) => next.Failed(image, reason);

    private sealed class Counts
    {
        public long Bytes;
        public int Copied;
        public int Mounted;
        public int Manifests;
    }
}
