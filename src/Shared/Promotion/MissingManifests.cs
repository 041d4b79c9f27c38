using Promoter.Copying;
using Promoter.Oci;

namespace Promoter.Promotion;

/// <summary>
/// Which manifests of a closure have to be pushed. A registry refuses a manifest whose parts it lacks, so one with a missing part is missing itself and need
/// not be asked for; only the others cost a look-up.
/// </summary>
internal static class MissingManifests
{
    public static async Task<IReadOnlyList<Manifest>> FindAsync(
        ImageClosure closure,
        IReadOnlyList<Descriptor> missingBlobs,
        Func<IReadOnlyList<Digest>, CancellationToken, Task<IReadOnlySet<Digest>>> findPresent,
        CancellationToken cancellationToken)
    {
        var missing = missingBlobs.Select(b => b.Digest).ToHashSet();
        var possiblyPresent = new List<Manifest>();

        // Children come before parents, so a parent sees what was decided about its children.
        foreach (var manifest in closure.Manifests)
        {
            if (manifest.Blobs.Concat(manifest.Manifests).Any(d => missing.Contains(d.Digest))) missing.Add(manifest.Digest);
            else possiblyPresent.Add(manifest);
        }

        if (possiblyPresent.Count == 0) return closure.Manifests;
        var present = await findPresent([.. possiblyPresent.Select(m => m.Digest)], cancellationToken);
        return [.. closure.Manifests.Where(m => !present.Contains(m.Digest))];
    }
}
