using Microsoft.Extensions.Logging;
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

    /// <param name="committed">Is told of every tag as soon as it has moved, so that the journal is right whatever comes after.</param>
    /// <param name="readAhead">Where downloads that are too slow for their uploads are buffered; null: they are read over one connection.</param>
    public ImageCopier(RegistryClientOptions options, int parallelism, TimeProvider time, ILoggerFactory loggers, ICopyObserver observer, Action<CommittedTag> committed, ReadAhead? readAhead = null)
    {
        _parallelism = parallelism;
        _observer = observer;
        _blobs = new BlobCopier(options, time, loggers.CreateLogger("Promoter.Copying"), observer, readAhead);
        _manifests = new ManifestPusher(_blobs, observer);
        Tags = new TagCommitter(_manifests, observer, committed);
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
        var manifests = new ManifestOrder(_manifests, Tags, schedule.Donors, isOnlyImage: images.Count == 1, isWholeRun);
        using var run = new CopyRun(images, schedule, _blobs, manifests, _observer, _parallelism);
        await run.RunAsync(cancellationToken);
    }
}
