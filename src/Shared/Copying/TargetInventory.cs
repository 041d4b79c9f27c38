using System.Net;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>Asks a target what it already has, in as few requests as its platform allows.</summary>
public sealed class TargetInventory(int parallelism = TargetInventory.DefaultParallelism)
{
    private const int DefaultParallelism = 16;

    /// <summary>Answers queries about one repository, in their order: one batch where the platform can, else a HEAD each.</summary>
    public async Task<IReadOnlyList<ManifestAnswer>> FindManifestsAsync(
        IRepository target, IRegistryPlatform? platform, IReadOnlyList<ManifestQuery> queries, CancellationToken cancellationToken)
    {
        if (platform is not null && await platform.FindManifestsAsync(target.Host, target.Name, queries, cancellationToken) is { } answers) return answers;
        return await Bounded.ForEachAsync(queries, parallelism, (query, ct) => HeadAsync(target, query, ct), cancellationToken);
    }

    /// <summary>Which of these blobs the target repository lacks.</summary>
    public async Task<IReadOnlyList<Descriptor>> MissingBlobsAsync(
        IRepository target, IRegistryPlatform? platform, IReadOnlyList<Descriptor> blobs, CancellationToken cancellationToken)
    {
        if (blobs.Count == 0) return [];
        if (platform is not null && await platform.FindBlobsAsync(target.Host, target.Name, [.. blobs.Select(b => b.Digest)], cancellationToken) is { } present)
        {
            return [.. blobs.Where(b => !present.Contains(b.Digest))];
        }

        var found = await Bounded.ForEachAsync(blobs, parallelism, (blob, ct) => target.HasBlobAsync(blob.Digest, ct), cancellationToken);
        return [.. blobs.Zip(found).Where(pair => !pair.Second).Select(pair => pair.First)];
    }

    private static async Task<ManifestAnswer> HeadAsync(IRepository target, ManifestQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAsync(target, query, cancellationToken);
        }
        catch (RegistryException e) when (e is { Fault: RegistryFault.Denied, Status: HttpStatusCode.Forbidden })
        {
            // Not "missing": the planner decides what may be done without knowing.
            return new ManifestAnswer(query, null, HasDigest: false) { Refusal = e };
        }
    }

    private static async Task<ManifestAnswer> LookAsync(IRepository target, ManifestQuery query, CancellationToken cancellationToken)
    {
        // Where the tag points to the digest, the tag's answer settles both questions.
        var byTag = query.Tag is { } tag ? await target.HeadManifestAsync(ManifestReference.Of(tag), cancellationToken) : null;
        var has = query.Digest is { } digest
            && (byTag?.Digest == digest || await target.HeadManifestAsync(ManifestReference.Of(digest), cancellationToken) is not null);
        return new ManifestAnswer(query, byTag?.Digest, has);
    }
}
