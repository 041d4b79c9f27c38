using Promoter.Oci;

namespace Promoter.Copying;

/// <summary>
/// The order in which the manifests of an image go up. Whoever finds a root at the target takes the image for complete, signatures included, without asking
/// the source; so the root comes after everything that is attached to it, wherever a run may be interrupted. What is attached by a tag comes with the other
/// tags, when all images of the run are there, and its root then too, unless somebody waits for it.
/// </summary>
/// <param name="manifests">Pushes one manifest.</param>
/// <param name="tags">Commits tags; here those of attached artifacts.</param>
/// <param name="donors">Images whose blobs others mount: a registry may mount only what a manifest refers to.</param>
/// <param name="isOnlyImage">Whether the run brings no other image.</param>
/// <param name="isWholeRun">Whether all images of the promotion are in this run; false where other pods wait to see its digests.</param>
internal sealed class ManifestOrder(ManifestPusher manifests, TagCommitter tags, IReadOnlySet<ImageCopy> donors, bool isOnlyImage, bool isWholeRun)
{
    /// <summary>Pushes what the target lacks of an image whose blobs are there, except a root that <see cref="TagCommitter"/> is to push.</summary>
    public async Task PushAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        var rootIsThere = await manifests.PushBelowRootAsync(image, cancellationToken);
        if (rootIsThere) return;
        image.CommitsRoot = ComesWithCommit(image);
        if (image.CommitsRoot) return;
        await tags.AttachAsync(image, cancellationToken);
        await manifests.PushRootAsync(image, cancellationToken);
    }

    private bool ComesWithCommit(ImageCopy image) => isWholeRun && !donors.Contains(image) && (image.Tags.Count == 0 || IsAttachedByTag(image) || IsOnePut(image));

    private static bool IsAttachedByTag(ImageCopy image) => image.Closure.AttachedTags.Count > 0 || image.UnlistedReferrers.Count > 0;

    // Such a run is atomic already: pushing the root by digest first would only cost a request of the scarcest kind (ECR: 10 PutImage/s). Under its tag a
    // registry names it by sha256, so a root that is known by another digest has to be pushed by that one.
    private bool IsOnePut(ImageCopy image) => isOnlyImage && image.Tags.Count == 1 && !image.Closure.Referrers.Any() && image.Closure.Root.Digest.Algorithm == DigestAlgorithm.Sha256;
}
