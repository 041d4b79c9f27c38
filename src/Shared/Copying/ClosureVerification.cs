using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Proves, before any tag moves, that what was attached at the source is attached at the target. The target may have more (ECR's managed signing adds
/// referrers), so it is a subset that is checked.
/// </summary>
internal static class ClosureVerification
{
    public static async Task VerifyAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        foreach (var group in image.Closure.Referrers.GroupBy(r => r.Subject!.Digest))
        {
            var listed = (await image.Target.ListReferrersAsync(group.Key, cancellationToken)).Select(d => d.Digest).ToHashSet();
            image.UnlistedReferrers.RemoveAll(u => listed.Contains(u.Digest));
            // What the registry does not list itself is written into the fallback tag when the tags are committed.
            foreach (var referrer in group.Where(r => !listed.Contains(r.Digest) && image.UnlistedReferrers.TrueForAll(u => u.Digest != r.Digest)))
            {
                if (await image.Target.HeadManifestAsync(ManifestReference.Of(referrer.Digest), cancellationToken) is null) throw Missing(image, referrer);
                // A registry need not list what refers to something that it does not have yet; that it will, it has said when it took the referrer.
                if (!image.CommitsRoot || group.Key != image.Closure.Root.Digest) image.UnlistedReferrers.Add(referrer);
            }
        }
    }

    private static RegistryException Missing(ImageCopy image, Manifest referrer) => new(
        RegistryFault.ContentMissing,
        $"the {referrer.EffectiveArtifactType ?? "artifact"} {referrer.Digest} that is attached to {referrer.Subject!.Digest} did not arrive at target {image.Target.Host}/{image.Target.Name}; run again")
    {
        Operation = "verify referrers",
        Side = image.Target.Side,
        Host = image.Target.Host,
        Repository = image.Target.Name,
    };
}
