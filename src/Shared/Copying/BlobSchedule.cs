using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>One blob on its way into one target repository, on behalf of one image.</summary>
internal sealed record BlobTransfer(ImageCopy Image, Descriptor Blob);

/// <summary>A blob that another repository of the same registry receives first and that is mounted from there.</summary>
internal sealed record BlobMount(ImageCopy Image, Descriptor Blob, ImageCopy Donor);

/// <summary>
/// Decides for each missing blob whether its bytes cross or whether it waits to be mounted. The first image (in the order of the run) that needs a
/// blob at a registry carries it; every later one in another repository mounts it. A mount therefore only ever waits for an earlier image, so that no
/// circle of waiting can form, whatever the images share.
/// </summary>
internal sealed class BlobSchedule
{
    private BlobSchedule(IReadOnlyList<BlobTransfer> transfers, ILookup<ImageCopy, BlobMount> mounts)
    {
        Transfers = transfers;
        Mounts = mounts;
    }

    /// <summary>Largest first: the longest transfer decides when the run ends, so it starts at once.</summary>
    public IReadOnlyList<BlobTransfer> Transfers { get; }

    public ILookup<ImageCopy, BlobMount> Mounts { get; }

    /// <summary>Images whose blobs others mount.</summary>
    public IReadOnlySet<ImageCopy> Donors => Mounts.SelectMany(m => m).Select(m => m.Donor).ToHashSet();

    /// <param name="images">All images of the run, in their order.</param>
    /// <param name="supportsMount">Whether a registry can mount; false makes every repository receive its own bytes.</param>
    public static BlobSchedule Of(IReadOnlyList<ImageCopy> images, Func<IRepository, bool> supportsMount)
    {
        var carriers = new Dictionary<(string Host, Digest Digest), ImageCopy>();
        var scheduled = new HashSet<(string Host, string Repository, Digest Digest)>();
        var transfers = new List<BlobTransfer>();
        var mounts = new List<BlobMount>();
        foreach (var image in images)
        {
            var target = image.Target;
            foreach (var blob in image.MissingBlobs)
            {
                // Two images of one repository share its blobs by themselves.
                if (!scheduled.Add((target.Host, target.Name, blob.Digest))) continue;
                if (supportsMount(target) && carriers.TryGetValue((target.Host, blob.Digest), out var donor)) mounts.Add(new BlobMount(image, blob, donor));
                else transfers.Add(new BlobTransfer(image, blob));
                carriers.TryAdd((target.Host, blob.Digest), image);
            }
        }

        return new BlobSchedule([.. transfers.OrderByDescending(t => t.Blob.Size)], mounts.ToLookup(m => m.Image));
    }
}
