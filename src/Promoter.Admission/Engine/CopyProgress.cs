using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>Counts the bytes that a copy moves; nothing else of it is of interest while a pod waits.</summary>
internal sealed class CopyProgress(IProgress<long> bytesMoved) : ICopyObserver
{
    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes) => bytesMoved.Report(bytes);

    public void BlobStarted(ImageCopy image, Descriptor blob)
    {
        // Only bytes tell how far a copy is.
    }

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
        // Only bytes tell how far a copy is.
    }

    public void ManifestPushed(ImageCopy image, Manifest manifest)
    {
        // Only bytes tell how far a copy is.
    }

    public void Transferred(ImageCopy image)
    {
        // The report tells how it ended.
    }

    public void TagCommitted(ImageCopy image, Tag tag, Digest digest)
    {
        // The report tells how it ended.
    }

    public void Failed(ImageCopy image, Exception reason)
    {
        // The report tells how it ended.
    }
}
