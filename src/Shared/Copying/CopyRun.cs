using System.Runtime.ExceptionServices;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// The concurrent part of one <see cref="ImageCopier.CopyAsync"/>. Blobs flow under one limit for the whole run; each image has a task of its own that waits
/// for its blobs and then pushes its manifests under another limit, so that metadata never waits behind data. Nothing is held while waiting for another
/// image, and an image waits for earlier ones only (<see cref="BlobSchedule"/>), so that no circle can form.
/// </summary>
internal sealed class CopyRun(IReadOnlyList<ImageCopy> images, BlobSchedule schedule, BlobCopier blobs, ManifestOrder manifests, ICopyObserver observer, int parallelism) : IDisposable
{
    private readonly SemaphoreSlim _blobsAtOnce = new(parallelism);
    private readonly SemaphoreSlim _imagesAtOnce = new(parallelism);
    private readonly Dictionary<(string Host, string Repository, Digest Digest), TaskCompletionSource<bool>> _arrivals = [];
    private readonly MountLessons _lessons = new(images);
    private readonly Dictionary<ImageCopy, TaskCompletionSource> _pushed = images.ToDictionary(i => i, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (image, blob) in schedule.Transfers.Select(t => (t.Image, t.Blob)).Concat(schedule.Mounts.SelectMany(g => g).Select(m => (m.Image, m.Blob))))
        {
            _arrivals.Add(Key(image, blob), new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        // What none of these tasks expects ends them all; what an image may fail of is in its Failure.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> tasks = [OrStopAll(TransferAsync(stop), stop), .. images.Select(image => OrStopAll(CompleteAsync(image, stop.Token), stop))];
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && tasks.Find(t => t.IsFaulted)?.Exception is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause.InnerException ?? cause);
        }
    }

    public void Dispose()
    {
        _blobsAtOnce.Dispose();
        _imagesAtOnce.Dispose();
    }

    private static (string Host, string Repository, Digest Digest) Key(ImageCopy image, Descriptor blob) => (image.Target.Host, image.Target.Name, blob.Digest);

    private static async Task OrStopAll(Task task, CancellationTokenSource stop)
    {
        try
        {
            await task;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    // In the order of the schedule: the largest first.
    private async Task TransferAsync(CancellationTokenSource stop)
    {
        var running = new List<Task>();
        try
        {
            foreach (var transfer in schedule.Transfers)
            {
                await _blobsAtOnce.WaitAsync(stop.Token);
                running.Add(OrStopAll(CopyAndReleaseAsync(transfer.Image, transfer.Blob, mountFrom: null, stop.Token), stop));
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task CompleteAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        try
        {
            // (1) What is mounted waits until its donor's manifests are there: ECR mounts only what a manifest refers to.
            await Task.WhenAll(schedule.Mounts[image].Select(mount => MountAsync(mount, cancellationToken)));

            // (2) What another image of the same repository was to bring and did not is brought here.
            foreach (var blob in image.MissingBlobs)
            {
                if (!await _arrivals[Key(image, blob)].Task.WaitAsync(cancellationToken)) await CopyWhenFreeAsync(image, blob, donor: null, cancellationToken);
            }

            // (3)
            await _imagesAtOnce.WaitAsync(cancellationToken);
            try
            {
                await TryAsync(image, ct => manifests.PushAsync(image, ct), cancellationToken);
                _pushed[image].TrySetResult();
                await TryAsync(image, ct => VerifyAsync(image, ct), cancellationToken);
            }
            finally
            {
                _imagesAtOnce.Release();
            }
        }
        finally
        {
            _pushed[image].TrySetResult();
        }
    }

    private async Task MountAsync(BlobMount mount, CancellationToken cancellationToken)
    {
        // Where mounts turn out to be refused there is nothing to wait for.
        await Task.WhenAny(_pushed[mount.Donor].Task, _lessons.Refused(mount.Image.Target.Host)).WaitAsync(cancellationToken);
        await CopyWhenFreeAsync(mount.Image, mount.Blob, mount.Donor, cancellationToken);
    }

    private async Task CopyWhenFreeAsync(ImageCopy image, Descriptor blob, ImageCopy? donor, CancellationToken cancellationToken)
    {
        await _blobsAtOnce.WaitAsync(cancellationToken);

        // A donor that failed may lack the blob; its bytes then cross once more.
        var mountFrom = donor is { Failure: null } && !_lessons.Refused(image.Target.Host).IsCompleted ? donor.Target.Name : null;
        await CopyAndReleaseAsync(image, blob, mountFrom, cancellationToken);
    }

    private async Task CopyAndReleaseAsync(ImageCopy image, Descriptor blob, string? mountFrom, CancellationToken cancellationToken)
    {
        var arrived = false;
        try
        {
            arrived = await TryAsync(
                image,
                async ct =>
                {
                    var outcome = await blobs.CopyAsync(image, blob, mountFrom, ct);
                    if (mountFrom is not null) _lessons.Learn(image.Target.Host, outcome);
                },
                cancellationToken);
        }
        finally
        {
            _blobsAtOnce.Release();
            _arrivals[Key(image, blob)].TrySetResult(arrived);
        }
    }

    private async Task VerifyAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        await ClosureVerification.VerifyAsync(image, cancellationToken);
        observer.Transferred(image);
    }

    // An image that has failed gets no further requests.
    private async Task<bool> TryAsync(ImageCopy image, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        if (image.Failure is not null) return false;
        try
        {
            await action(cancellationToken);
            return true;
        }
        catch (RegistryException e)
        {
            if (image.TryFail(e)) observer.Failed(image, e);
            return false;
        }
    }
}
