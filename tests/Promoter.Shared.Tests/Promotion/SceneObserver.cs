using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>Listens to nothing, or to every piece of a blob that moves, on the thread that moves it.</summary>
internal sealed class SceneObserver(Action<Descriptor, int>? moved = null) : ICopyObserver
{
    public void BlobStarted(ImageCopy image, Descriptor blob)
    {
    }

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes) => moved?.Invoke(blob, bytes);

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
