using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Pushes the manifests of an image by digest, children before parents. A registry that says content is missing (a layer was cleaned up between upload and
/// manifest) is believed once: what is missing is looked up, sent again, and the manifest with it.
/// </summary>
internal sealed class ManifestPusher(BlobCopier blobs, ICopyObserver observer)
{
    /// <summary>Pushes all that the target lacks except the root.</summary>
    /// <returns>Whether the root is there: it was already, or had to go up as well, for a registry that takes nothing before what it refers to.</returns>
    public async Task<bool> PushBelowRootAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        var root = image.Closure.Root.Digest;
        var rootIsThere = image.MissingManifests.All(m => m.Digest != root);
        foreach (var manifest in image.MissingManifests.Where(m => m.Digest != root))
        {
            try
            {
                await PushAsync(image, manifest, cancellationToken);
            }
            catch (RegistryException e) when (!rootIsThere && manifest.Subject?.Digest == root && e.Fault is RegistryFault.Protocol or RegistryFault.NotFound or RegistryFault.ContentMissing)
            {
                // A registry has to take a referrer before its subject (distribution-spec, "Pushing Manifests with Subject"); this one may not.
                await PushRootAsync(image, cancellationToken);
                rootIsThere = true;
                await PushAsync(image, manifest, cancellationToken);
            }
        }

        return rootIsThere;
    }

    public Task PushRootAsync(ImageCopy image, CancellationToken cancellationToken) => PushAsync(image, image.Closure.Root, cancellationToken);

    private Task PushAsync(ImageCopy image, Manifest manifest, CancellationToken cancellationToken) => PushAsync(image, ManifestReference.Of(manifest.Digest), manifest, cancellationToken);

    public async Task PushAsync(ImageCopy image, ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
    {
        PushedManifest pushed;
        try
        {
            pushed = await image.Target.PushManifestAsync(reference, manifest, cancellationToken);
        }
        catch (RegistryException e) when (e.Fault == RegistryFault.ContentMissing)
        {
            await RepairAsync(image, manifest, e.MissingDigests, cancellationToken);
            pushed = await image.Target.PushManifestAsync(reference, manifest, cancellationToken);
        }
        catch (RegistryException e) when (e.Fault == RegistryFault.Unreachable)
        {
            // Only the answers may have been lost.
            if (!await IsThereAsync(image.Target, reference, manifest, cancellationToken)) throw;
            pushed = new PushedManifest(SubjectIsListed: manifest.Subject is null);
        }

        if (!pushed.SubjectIsListed) image.UnlistedReferrers.Add(manifest);
        if (reference.Digest is not null) observer.ManifestPushed(image, manifest);
    }

    private static async Task<bool> IsThereAsync(IRepository target, ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            return (await target.HeadManifestAsync(reference, cancellationToken))?.Digest == manifest.Digest;
        }
        catch (RegistryException)
        {
            // The failure of the push says more.
            return false;
        }
    }

    // Where the registry names what it lacks, nothing has to be looked up.
    private async Task RepairAsync(ImageCopy image, Manifest manifest, IReadOnlyList<Digest> missing, CancellationToken cancellationToken)
    {
        foreach (var child in image.Closure.Manifests.Where(m => manifest.Manifests.Any(d => d.Digest == m.Digest)))
        {
            var isMissing = missing.Count > 0 ? missing.Contains(child.Digest) : await image.Target.HeadManifestAsync(ManifestReference.Of(child.Digest), cancellationToken) is null;
            if (isMissing) await PushAsync(image, ManifestReference.Of(child.Digest), child, cancellationToken);
        }

        foreach (var blob in image.Closure.Blobs.Where(b => manifest.Blobs.Any(d => d.Digest == b.Digest)))
        {
            var isMissing = missing.Count > 0 ? missing.Contains(blob.Digest) : !await image.Target.HasBlobAsync(blob.Digest, cancellationToken);
            if (isMissing) await blobs.CopyAsync(image, blob, mountFrom: null, cancellationToken);
        }
    }
}
