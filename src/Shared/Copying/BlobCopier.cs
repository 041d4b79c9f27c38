using Microsoft.Extensions.Logging;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>Brings one blob from its source into a target repository, streamed and verified, or mounts it.</summary>
internal sealed class BlobCopier(RegistryClientOptions options, TimeProvider time, ILogger logger, ICopyObserver observer, ReadAhead? readAhead)
{
    public async Task<BlobOutcome> CopyAsync(ImageCopy image, Descriptor blob, string? mountFrom, CancellationToken cancellationToken)
    {
        observer.BlobStarted(image, blob);
        using var watch = new TransferWatch(image, blob, options, time, logger);
        await using var reader = new BlobReader(image.Source, blob, options, time, logger, Moved, readAhead);
        var outcome = await image.Target.PushBlobAsync(blob, reader, mountFrom, cancellationToken);
        observer.BlobFinished(image, blob, outcome);
        return outcome;

        void Moved(int bytes)
        {
            watch.Moved(bytes);
            observer.BytesMoved(image, blob, bytes);
        }
    }
}
