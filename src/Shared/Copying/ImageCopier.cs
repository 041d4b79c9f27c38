using Microsoft.Extensions.Logging;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Brings the content of many images to their targets, by digest only: every missing blob crosses once per target registry, largest first, under one limit;
/// other repositories mount it; an image's manifests follow as soon as its blobs are there, children first; then it is looked whether everything that was
/// attached at the source is attached at the target. Tags are not touched: <see cref="TagCommitter"/> does that last. An image that fails does not stop the
/// others; what they bring is what the next run need not bring again.
/// </summary>
public sealed class ImageCopier
{
    private readonly int _parallelism;
    private readonly ICopyObserver _observer;
    private readonly BlobCopier _blobs;
    private readonly ManifestPusher _manifests;

    /// <param name="readAhead">Where downloads that are too slow for their uploads are buffered; null: they are read over one connection.</param>
    public ImageCopier(RegistryClientOptions options, int parallelism, TimeProvider time, ILoggerFactory loggers, ICopyObserver observer, ReadAheadMemory? readAhead = null)
    {
        _parallelism = parallelism;
        _observer = observer;
        _blobs = new BlobCopier(options, time, loggers.CreateLogger("Promoter.Copying"), observer, readAhead);
        _manifests = new ManifestPusher(_blobs, observer);
        Tags = new TagCommitter(_manifests, observer);
    }

    /// <summary>The phase that follows when all is copied.</summary>
    public TagCommitter Tags { get; }

    /// <summary>Copies the images; failures are in <see cref="ImageCopy.Failure"/>.</summary>
    /// <param name="images">What to copy, in the order in which it is reported.</param>
    /// <param name="supportsMount">Whether a target registry can mount blobs across its repositories.</param>
    /// <param name="isWholeRun">Whether these images are all that the run brings; false where others wait to see their digests.</param>
    /// <param name="cancellationToken">Stops the run; everything that was transferred stays, unreferenced by any tag.</param>
    public async Task CopyAsync(IReadOnlyList<ImageCopy> images, Func<IRepository, bool> supportsMount, bool isWholeRun, CancellationToken cancellationToken)
    {
        var schedule = BlobSchedule.Of(images, supportsMount);
        if (isWholeRun) LetTheOnlyRootTravelWithItsTag(images);

        using var run = new CopyRun(images, schedule, _blobs, _manifests, _observer, _parallelism);
        await run.RunAsync(cancellationToken);
    }

    // A run that ends in one PUT is atomic already: pushing the root by digest first would only cost a request of the scarcest kind (ECR: 10 PutImage/s).
    // Under its tag a registry names it by sha256, so a root that is known by another digest has to be pushed by that one.
    private static void LetTheOnlyRootTravelWithItsTag(IReadOnlyList<ImageCopy> images)
    {
        if (images is [{ Tags.Count: 1, Closure.AttachedTags.Count: 0 } only] && !only.Closure.Referrers.Any() && only.Closure.Root.Digest.Algorithm == DigestAlgorithm.Sha256) only.PushesRootByTag = true;
    }
}
