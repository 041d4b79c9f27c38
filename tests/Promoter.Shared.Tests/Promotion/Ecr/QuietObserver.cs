using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>Listens to nothing; a test overrides what it wants to hear.</summary>
internal sealed class QuietObserver : ICopyObserver
{
    public void BlobStarted(ImageCopy image, Descriptor blob)
    {
    }

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes)
    {
    }

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
    }

    public void ManifestPushed(ImageCopy image, Manifest manifest)
    {
    }

    public void Transferred(ImageCopy image)
    {
    }

    public void TagCommitted(ImageCopy image, Tag tag, Digest digest)
    {
    }

    public void Failed(ImageCopy image, Exception reason)
    {
    }
}
