using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>Reads the whole closure of an image from its source, manifests only: the tree below the root, and what is attached to it.</summary>
public static class ClosureReader
{
    // Requests in flight for one image.
    private const int Parallelism = 16;

    // Indexes nest two deep in practice; a limit turns an attack into an error.
    private const int MaxDepth = 8;
    private const int MaxManifests = 10_000;
    private static readonly string[] CosignSuffixes = [".sig", ".att", ".sbom"];

    /// <summary>Reads the closure below a root that has been fetched already.</summary>
    /// <param name="source">Where the image is.</param>
    /// <param name="platform">The platform behind the source, for fetching in batches; null: one by one.</param>
    /// <param name="root">The image's manifest or index.</param>
    /// <param name="referrers">Which attached artifacts are wanted.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="RegistryException">A child is missing at the source, an index contains itself, or the source failed.</exception>
    public static async Task<ImageClosure> ReadAsync(
        IRepository source, IRegistryPlatform? platform, Manifest root, ReferrerSelection referrers, CancellationToken cancellationToken)
    {
        var walk = new ClosureWalk(source, platform, Parallelism, MaxManifests);
        await walk.AddTreeAsync(root, [], MaxDepth, cancellationToken);
        var attached = new List<AttachedTag>();
        if (!referrers.IsNone)
        {
            // What is attached may itself have something attached (a signature of an SBOM), so this goes on until nothing new comes.
            for (var done = 0; done < walk.Manifests.Count;)
            {
                var subjects = walk.Manifests.Skip(done).ToList();
                done = walk.Manifests.Count;
                await AddReferrersAsync(walk, source, subjects, referrers, cancellationToken);
                attached.AddRange(await AddCosignTagsAsync(walk, subjects, cancellationToken));
            }
        }

        return new ImageClosure { Root = root, Manifests = walk.Manifests, Blobs = walk.Blobs, ForeignLayers = walk.ForeignLayers, AttachedTags = attached };
    }

    private static async Task AddReferrersAsync(
        ClosureWalk walk, IRepository source, IReadOnlyList<Manifest> subjects, ReferrerSelection referrers, CancellationToken cancellationToken)
    {
        var lists = await walk.ForEachAsync(subjects, (subject, ct) => ListAsync(subject.Digest, ct), cancellationToken);
        var wanted = lists.SelectMany(l => l).Where(referrers.Takes).Select(d => d.Digest).Distinct().Where(digest => !walk.Contains(digest));
        // A list may name what has been removed since (ECR removes referrers within a day): that is not the image's fault.
        foreach (var manifest in (await walk.FetchAsync([.. wanted.Select(ManifestReference.Of)], cancellationToken)).OfType<Manifest>())
        {
            await walk.AddTreeAsync(manifest, [], MaxDepth, cancellationToken);
        }

        // A registry filters by one type at most.
        Task<IReadOnlyList<Descriptor>> ListAsync(Digest subject, CancellationToken ct) =>
            referrers.Types is [var type] ? source.ListReferrersAsync(subject, type, ct) : source.ListReferrersAsync(subject, ct);
    }

    private static async Task<IReadOnlyList<AttachedTag>> AddCosignTagsAsync(ClosureWalk walk, IReadOnlyList<Manifest> subjects, CancellationToken cancellationToken)
    {
        // The tags are computed from digests and asked for by name: listing a repository's tags may take thousands of requests.
        var tags = subjects.SelectMany(s => CosignSuffixes.Select(suffix => Tag.ForSubject(s.Digest, suffix))).ToList();
        var manifests = await walk.FetchAsync([.. tags.Select(ManifestReference.Of)], cancellationToken);
        var attached = new List<AttachedTag>();
        foreach (var (tag, manifest) in tags.Zip(manifests))
        {
            if (manifest is null) continue;
            await walk.AddTreeAsync(manifest, [], MaxDepth, cancellationToken);
            attached.Add(new AttachedTag(tag, manifest));
        }

        return attached;
    }
}
