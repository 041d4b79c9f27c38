using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>Listens to nothing, or to every piece of a blob that moves and every manifest that is pushed, on the thread that does it.</summary>
internal sealed class SceneObserver(Action<Descriptor, int>? moved = null, Action<Manifest>? pushed = null) : ICopyObserver
{
    public void BlobStarted(ImageCopy image, Descriptor blob)
    {
    }

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes) => moved?.Invoke(blob, bytes);

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
    }

    public void ManifestPushed(ImageCopy image, Manifest manifest) => pushed?.Invoke(manifest);

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
