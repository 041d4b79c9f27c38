using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>A tag that a run moved or made, so that it can be moved back.</summary>
/// <param name="Previous">Where it pointed before; null where it did not exist.</param>
public sealed record CommittedTag(string Registry, string Repository, Tag Tag, Digest? Previous, Digest Current);

/// <summary>
/// The last phase: lets tags point to content that is complete at the target. Attached artifacts come first, so that an image never becomes visible
/// without its signature.
/// </summary>
public sealed class TagCommitter
{
    private readonly ManifestPusher _manifests;
    private readonly ICopyObserver _observer;
    private readonly Action<CommittedTag> _committed;

    internal TagCommitter(ManifestPusher manifests, ICopyObserver observer, Action<CommittedTag> committed)
    {
        _manifests = manifests;
        _observer = observer;
        _committed = committed;
    }

    /// <summary>Commits the tags of one image.</summary>
    /// <param name="image">An image whose content has been transferred.</param>
    /// <param name="previous">Where its tags pointed when the run was planned.</param>
    /// <param name="cancellationToken">Stops between two tags.</param>
    /// <exception cref="RegistryException">A tag exists with another digest (<see cref="RegistryFault.TagConflict"/>), or the target failed.</exception>
    public async Task CommitAsync(ImageCopy image, IReadOnlyDictionary<Tag, Digest> previous, CancellationToken cancellationToken)
    {
        await AttachAsync(image, cancellationToken);
        if (image.CommitsRoot && (image.Tags.Count == 0 || image.Closure.Root.Digest.Algorithm != DigestAlgorithm.Sha256)) await _manifests.PushRootAsync(image, cancellationToken);
        foreach (var tag in image.Tags)
        {
            Digest? before = previous.TryGetValue(tag, out var digest) ? digest : null;
            await CommitAsync(image, tag, image.Closure.Root, before, image.MayMoveTags, cancellationToken);
        }
    }

    /// <summary>Sets the tags by which artifacts are attached to an image: the referrers' fallback, and cosign's.</summary>
    /// <exception cref="RegistryException">The target failed.</exception>
    internal async Task AttachAsync(ImageCopy image, CancellationToken cancellationToken)
    {
        await FallbackIndex.AddAsync(image.Target, image.UnlistedReferrers, cancellationToken);
        foreach (var attached in image.Closure.AttachedTags)
        {
            var current = await image.Target.FetchManifestAsync(ManifestReference.Of(attached.Tag), cancellationToken);
            if (attached.IsHeldBy(current)) continue;
            await CommitAsync(image, attached.Tag, attached.Manifest, current?.Digest, mayMove: true, cancellationToken);
        }
    }

    private async Task CommitAsync(ImageCopy image, Tag tag, Manifest manifest, Digest? previous, bool mayMove, CancellationToken cancellationToken)
    {
        // Where the root has not been pushed yet it goes up with its tag, even to a tag that already names it (its content was archived).
        if (previous == manifest.Digest && !image.CommitsRoot) return;
        if (previous is { } other && other != manifest.Digest && !mayMove) throw Conflict(image.Target, tag, other, manifest.Digest, null);
        try
        {
            await _manifests.PushAsync(image, ManifestReference.Of(tag), manifest, cancellationToken);
        }
        catch (RegistryException e) when (e.Fault == RegistryFault.TagConflict)
        {
            // Registries with immutable tags refuse even the same digest: then nothing had to be done (aws/containers-roadmap#2179).
            var current = (await image.Target.HeadManifestAsync(ManifestReference.Of(tag), cancellationToken))?.Digest;
            if (await SameContent.IsAsync(image.Target, current, manifest.Digest, cancellationToken)) return;
            throw Conflict(image.Target, tag, current, manifest.Digest, e);
        }

        if (previous == manifest.Digest) return;
        _observer.TagCommitted(image, tag, manifest.Digest);
        _committed(new CommittedTag(image.Target.Host, image.Target.Name, tag, previous, manifest.Digest));
    }

    /// <summary>The error of a tag that points elsewhere and may not move; names both digests.</summary>
    public static RegistryException Conflict(IRepository target, Tag tag, Digest? current, Digest wanted, Exception? inner) => new(
        RegistryFault.TagConflict,
        $"the tag {tag} of target {target.Host}/{target.Name} points to {current?.ToString() ?? "another digest"}, not to {wanted}; promote under a new tag, or allow this tag to move (mayMove in the rule, --move-tags for copy)",
        inner)
    {
        Operation = "commit tag",
        Side = Side.Target,
        Host = target.Host,
        Repository = target.Name,
    };
}
