using Microsoft.Extensions.Logging;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Brings the content of many images to their targets, by digest only:
/// (1) every missing blob that no other repository of the run receives, largest first, under one limit;
/// (2) image by image, as soon as what it mounts from is there: its mounts, then its manifests, children first;
/// (3) a look whether everything that was attached at the source is attached at the target.
/// Tags are not touched: <see cref="TagCommitter"/> does that last. An image that fails does not stop the others; what they bring is what the next run need
/// not bring again.
/// </summary>
public sealed class ImageCopier
{
    private readonly int _parallelism;
    private readonly ICopyObserver _observer;
    private readonly BlobCopier _blobs;
    private readonly ManifestPusher _manifests;

    public ImageCopier(RegistryClientOptions options, int parallelism, TimeProvider time, ILoggerFactory loggers, ICopyObserver observer)
    {
        _parallelism = parallelism;
        _observer = observer;
        _blobs = new BlobCopier(options, time, loggers.CreateLogger("Promoter.Copying"), observer);
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

        // (1)
        await ForEachAsync(schedule.Transfers, t => t.Image, (t, ct) => _blobs.CopyAsync(t.Image, t.Blob, mountFrom: null, ct), cancellationToken);

        // (2) Mounts lead to earlier images only, so every round finishes at least the first of those that are left.
        var waiting = images.ToList();
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(image => schedule.Mounts[image].All(m => !waiting.Contains(m.Donor))).ToList();
            await ForEachAsync([.. ready.SelectMany(i => schedule.Mounts[i])], m => m.Image, (m, ct) => _blobs.CopyAsync(m.Image, m.Blob, DonorOf(m), ct), cancellationToken);
            await ForEachAsync(ready, i => i, (i, ct) => PushManifestsAsync(i, ct), cancellationToken);
            waiting.RemoveAll(ready.Contains);
        }

        // (3)
        await ForEachAsync([.. images.Where(i => i.Failure is null)], i => i, VerifyAsync, cancellationToken);
    }

    // A run that ends in one PUT is atomic already: pushing the root by digest first would only cost a request of the scarcest kind (ECR: 10 PutImage/s).
    // Under its tag a registry names it by sha256, so a root that is known by another digest has to be pushed by that one.
    private static void LetTheOnlyRootTravelWithItsTag(IReadOnlyList<ImageCopy> images)
    {
        if (images is [{ Tags.Count: 1, Closure.AttachedTags.Count: 0 } only] && !only.Closure.Referrers.Any() && only.Closure.Root.Digest.Algorithm == DigestAlgorithm.Sha256) only.PushesRootByTag = true;
    }

    // A donor that failed may lack the blob; its bytes then cross once more.
    private static string? DonorOf(BlobMount mount) => mount.Donor.Failure is null ? mount.Donor.Target.Name : null;

    private Task PushManifestsAsync(ImageCopy image, CancellationToken cancellationToken) =>
        _manifests.PushAsync(image, image.MissingManifests.Where(m => !image.PushesRootByTag || m.Digest != image.Closure.Root.Digest), cancellationToken);

    private async Task VerifyAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        await ClosureVerification.VerifyAsync(image, cancellationToken);
        _observer.Transferred(image);
    }

    private Task ForEachAsync<T>(IReadOnlyList<T> items, Func<T, ImageCopy> imageOf, Func<T, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = _parallelism, CancellationToken = cancellationToken },
            async (item, ct) =>
            {
                var image = imageOf(item);
                if (image.Failure is not null) return;
                try
                {
                    await action(item, ct);
                }
                catch (RegistryException e)
                {
                    if (image.TryFail(e)) _observer.Failed(image, e);
                }
            });
}
