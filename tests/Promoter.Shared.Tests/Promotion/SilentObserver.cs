using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>Listens to nothing; a test overrides what it wants to hear.</summary>
internal sealed class SilentObserver : ICopyObserver
{
    public virtual void BlobStarted(ImageCopy image, Descriptor blob)
    {
    }

    public virtual void BytesMoved(ImageCopy image, Descriptor blob, int bytes)
    {
    }

    public virtual void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
    }

    public virtual void ManifestPushed(ImageCopy image, Manifest manifest)
    {
    }

    public virtual void Transferred(ImageCopy image)
    {
    }

    public virtual void TagCommitted(ImageCopy image, Tag tag, Digest digest)
    {
    }

    public virtual void Failed(ImageCopy image, Exception reason)
    {
    }
}
