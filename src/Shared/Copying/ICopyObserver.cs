using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>Is told what a copy does while it does it: a terminal's bars, a log, the webhook's leases. Calls come from many threads at once.</summary>
public interface ICopyObserver
{
    void BlobStarted(ImageCopy image, Descriptor blob);

    void BytesMoved(ImageCopy image, Descriptor blob, int bytes);

    void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome);

    void ManifestPushed(ImageCopy image, Manifest manifest);

    /// <summary>All content of the image is at the target under its digests; no tag has moved yet.</summary>
    void Transferred(ImageCopy image);

    void TagCommitted(ImageCopy image, Tag tag, Digest digest);

    void Failed(ImageCopy image, Exception reason);
}
