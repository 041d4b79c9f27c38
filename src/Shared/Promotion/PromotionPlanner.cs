using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>
/// Finds out what a promotion has to do. The target is asked first: what is pinned by digest and present there costs one request (on ECR one per hundred
/// images of a repository), and its source is not even logged in to.
/// </summary>
public sealed class PromotionPlanner(RegistryClients registries)
{
    // Repositories at once, and images of each.
    private const int Parallelism = 8;
    private readonly TargetInventory _inventory = new();

    /// <summary>Plans the requests; what is wrong with one of them is in its <see cref="PlannedImage.Failure"/>.</summary>
    /// <exception cref="PromotionException">Two requests claim one target tag.</exception>
    public async Task<PromotionPlan> PlanAsync(
        IReadOnlyList<PromotionRequest> requests, IReadOnlyList<SkippedImage> skipped, CancellationToken cancellationToken)
    {
        var distinct = TargetClaims.Distinct(requests);
        var planned = new PlannedImage[distinct.Count];
        var byRepository = distinct.Select((request, index) => (request, index)).GroupBy(x => x.request.Target.Name).ToList();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(byRepository, options, async (group, ct) =>
        {
            var items = group.ToList();
            var results = await PlanRepositoryAsync([.. items.Select(i => i.request)], ct);
            foreach (var ((_, index), result) in items.Zip(results)) planned[index] = result;
        });
        return new PromotionPlan(planned, skipped);
    }

    private async Task<IReadOnlyList<PlannedImage>> PlanRepositoryAsync(IReadOnlyList<PromotionRequest> requests, CancellationToken cancellationToken)
    {
        var name = requests[0].Target;
        var target = registries.Repository(name.Registry, name.Repository, Side.Target);
        try
        {
            var queries = requests.Select(r => new ManifestQuery(r.TargetTag, r.PinnedDigest)).ToList();
            var answers = await _inventory.FindManifestsAsync(target, registries.PlatformOf(target.Host), queries, cancellationToken);
            return await Bounded.ForEachAsync([.. requests.Zip(answers)], Parallelism, (pair, ct) => PlanImageAsync(pair.First, pair.Second, target, ct), cancellationToken);
        }
        catch (RegistryException e)
        {
            return [.. requests.Select(r => Failed(r, e))];
        }
    }

    private async Task<PlannedImage> PlanImageAsync(PromotionRequest request, ManifestAnswer answer, IRepository target, CancellationToken cancellationToken)
    {
        try
        {
            if (answer.Refusal is { } refusal && request is { TargetTag: { } tag, MayMoveTag: false }) throw CannotLook(request, tag, refusal);
            return request.PinnedDigest is { } digest
                ? await PlanPinnedAsync(request, digest, answer, target, cancellationToken)
                : await PlanByTagAsync(request, answer, target, cancellationToken);
        }
        catch (Exception e) when (e is RegistryException or PromotionException)
        {
            return Failed(request, e) with { PreviousDigest = answer.TagDigest };
        }
    }

    private async Task<PlannedImage> PlanPinnedAsync(
        PromotionRequest request, Digest digest, ManifestAnswer answer, IRepository target, CancellationToken cancellationToken)
    {
        answer = await NormaliseAsync(answer, digest, target, cancellationToken);
        var tagIsRight = request.TargetTag is null || answer.TagDigest == digest;
        if (tagIsRight && (answer.HasDigest || answer.TagDigest == digest) && await SufficesAsync(request, digest, answer, target, cancellationToken)) return UpToDate(request, digest, answer);
        ThrowIfTagMayNotMove(request, target, answer.TagDigest, digest);
        if (answer is { HasDigest: true, IsArchived: false } && request is { RequireSignature: false, RefreshReferrers: false })
        {
            // The bytes come from the target itself, so that a second tag can be promoted although the source is gone. What is attached is there too: it
            // is pushed before the root.
            var manifest = answer.Manifest ?? await target.FetchManifestAsync(ManifestReference.Of(digest), cancellationToken);
            if (manifest is not null) return TagMissing(request, manifest, answer, target);
        }

        var source = SourceOf(request);
        var root = await source.FetchManifestAsync(ManifestReference.Of(digest), cancellationToken) ?? throw await NotAtSourceAsync(request, source, cancellationToken);
        return await PlanCopyAsync(request, root, answer, source, target, cancellationToken);
    }

    // Whether nobody need ask the source about an image that is there. One that was brought before its rule asked for signatures is not up to date without one.
    private static async Task<bool> SufficesAsync(PromotionRequest request, Digest digest, ManifestAnswer answer, IRepository target, CancellationToken cancellationToken) =>
        !answer.IsArchived && !request.RefreshReferrers && (!request.RequireSignature || await Signatures.ExistAsync(target, digest, cancellationToken));

    private async Task<PlannedImage> PlanByTagAsync(PromotionRequest request, ManifestAnswer answer, IRepository target, CancellationToken cancellationToken)
    {
        var source = SourceOf(request);
        Manifest? root = null;
        if (answer.TagDigest is not null)
        {
            // Most likely nothing has changed, and HEAD tells that without the bytes.
            var head = await source.HeadManifestAsync(request.Source.Manifest, cancellationToken) ?? throw await NotAtSourceAsync(request, source, cancellationToken);
            answer = await NormaliseAsync(answer, head.Digest, target, cancellationToken);
            if (answer.TagDigest == head.Digest && await SufficesAsync(request, head.Digest, answer, target, cancellationToken)) return UpToDate(request, head.Digest, answer);
            ThrowIfTagMayNotMove(request, target, answer.TagDigest, head.Digest);
            root = await source.FetchManifestAsync(ManifestReference.Of(head.Digest), cancellationToken);
        }

        root ??= await source.FetchManifestAsync(request.Source.Manifest, cancellationToken) ?? throw await NotAtSourceAsync(request, source, cancellationToken);
        return await PlanCopyAsync(request, root, answer, source, target, cancellationToken);
    }

    private async Task<PlannedImage> PlanCopyAsync(
        PromotionRequest request, Manifest root, ManifestAnswer answer, IRepository source, IRepository target, CancellationToken cancellationToken)
    {
        var closure = await ClosureReader.ReadAsync(source, registries.PlatformOf(source.Host), root, request.Referrers, cancellationToken);
        if (request.RequireSignature && !closure.IsSigned)
        {
            throw new PromotionException(ExitCode.Refused, $"{request.Source} carries no signature that could come along (neither a cosign tag nor a signature referrer of {root.Digest}; referrers: {request.Referrers}), and one is required; sign it at the source");
        }

        var missing = answer.RepositoryExists ? await MissingAsync(closure, target, cancellationToken) : (closure.Blobs, closure.Manifests);
        var copy = new ImageCopy
        {
            Source = source,
            Target = target,
            Closure = closure,
            MissingBlobs = missing.Blobs,
            MissingManifests = missing.Manifests,
            Tags = request.TargetTag is { } tag ? [tag] : [],
            MayMoveTags = request.MayMoveTag,
        };
        var contentIsThere = missing.Blobs.Count == 0 && missing.Manifests.Count == 0;
        var tagIsRight = request.TargetTag is null || answer.TagDigest == root.Digest;
        if (contentIsThere && tagIsRight && await AttachedTagsAreThereAsync(closure, target, cancellationToken)) return UpToDate(request, root.Digest, answer);
        var state = contentIsThere ? ImageState.TagMissing : ImageState.ToCopy;
        return new PlannedImage(request, state) { Digest = root.Digest, PreviousDigest = answer.TagDigest, Copy = copy, RepositoryMissing = !answer.RepositoryExists };
    }

    private async Task<(IReadOnlyList<Descriptor> Blobs, IReadOnlyList<Manifest> Manifests)> MissingAsync(ImageClosure closure, IRepository target, CancellationToken cancellationToken)
    {
        var platform = registries.PlatformOf(target.Host);
        var blobs = await _inventory.MissingBlobsAsync(target, platform, closure.Blobs, cancellationToken);
        return (blobs, await MissingManifests.FindAsync(closure, blobs, (digests, ct) => PresentAsync(target, platform, digests, ct), cancellationToken));
    }

    private async Task<IReadOnlySet<Digest>> PresentAsync(IRepository target, IRegistryPlatform? platform, IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        var answers = await _inventory.FindManifestsAsync(target, platform, [.. digests.Select(d => new ManifestQuery(null, d))], cancellationToken);
        return answers.Where(a => a is { HasDigest: true, IsArchived: false }).Select(a => a.Query.Digest!.Value).ToHashSet();
    }

    private static async Task<bool> AttachedTagsAreThereAsync(ImageClosure closure, IRepository target, CancellationToken cancellationToken)
    {
        foreach (var attached in closure.AttachedTags)
        {
            if (!attached.IsHeldBy(await target.FetchManifestAsync(ManifestReference.Of(attached.Tag), cancellationToken))) return false;
        }

        return true;
    }

    // A tag whose digest is of another algorithm may still name the very same bytes.
    private static async Task<ManifestAnswer> NormaliseAsync(ManifestAnswer answer, Digest wanted, IRepository target, CancellationToken cancellationToken) =>
        answer.TagDigest != wanted && await SameContent.IsAsync(target, answer.TagDigest, wanted, cancellationToken) ? answer with { TagDigest = wanted } : answer;

    private IRepository SourceOf(PromotionRequest request) => registries.Repository(request.Source.Registry, request.Source.Repository, Side.Source);

    private static void ThrowIfTagMayNotMove(PromotionRequest request, IRepository target, Digest? current, Digest wanted)
    {
        if (request.TargetTag is { } tag && current is { } other && other != wanted && !request.MayMoveTag) throw TagCommitter.Conflict(target, tag, other, wanted, null);
    }

    private static PlannedImage UpToDate(PromotionRequest request, Digest digest, ManifestAnswer answer) =>
        new(request, ImageState.UpToDate) { Digest = digest, PreviousDigest = answer.TagDigest };

    private static PlannedImage TagMissing(PromotionRequest request, Manifest manifest, ManifestAnswer answer, IRepository target) =>
        new(request, ImageState.TagMissing)
        {
            Digest = manifest.Digest,
            PreviousDigest = answer.TagDigest,
            Copy = new ImageCopy
            {
                Source = target,
                Target = target,
                Closure = new ImageClosure { Root = manifest, Manifests = [manifest], Blobs = [] },
                MissingBlobs = [],
                MissingManifests = [],
                Tags = request.TargetTag is { } tag ? [tag] : [],
                MayMoveTags = request.MayMoveTag,
            },
        };

    private static PlannedImage Failed(PromotionRequest request, Exception e) => new(request, ImageState.Failed) { Failure = e };

    private async Task<RegistryException> NotAtSourceAsync(PromotionRequest request, IRepository source, CancellationToken cancellationToken)
    {
        // ECR answers 404 for an archived image too; only its API tells the two apart, and only now is that worth a request.
        var reference = request.Source.Manifest;
        var answers = registries.PlatformOf(source.Host) is { } platform
            ? await platform.FindManifestsAsync(source.Host, source.Name, [new ManifestQuery(reference.Tag, reference.Digest)], cancellationToken)
            : null;
        return NotFound(
            source,
            answers is [{ IsArchived: true }]
                ? $"the image {request.Source} is archived at the source and cannot be pulled: restore it (aws ecr update-image-storage-class), which takes about 20 minutes, and run again"
                : $"the image {request.Source} is not at the source: it was never pushed, has been deleted, or has another name there; push it, or correct {request.Target}");
    }

    private static RegistryException NotFound(IRepository source, string message) => new(RegistryFault.NotFound, message)
    {
        Operation = "fetch manifest",
        Side = Side.Source,
        Host = source.Host,
        Repository = source.Name,
    };

    // Pushing without looking could move a tag that may not move.
    private static RegistryException CannotLook(PromotionRequest request, Tag tag, RegistryException refusal) => refusal.Retold(
        $"whether the tag {tag} of target {request.Target.Name} is free cannot be told: the target identity may not read manifests there (on ECR: grant ecr:BatchGetImage), or let the tag move (mayMove); the registry said: {refusal.Message}",
        isTransient: false);
}
