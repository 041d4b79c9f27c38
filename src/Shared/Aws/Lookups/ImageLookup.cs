using Promoter.Aws.Ecr.Model;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Aws.Lookups;

/// <summary>
/// Answers queries about images by BatchGetImage. An id may carry tag and digest: the image comes back only if the tag points to the digest, so a
/// hundred pinned images cost one request.
/// </summary>
internal sealed class ImageLookup(EcrCalls calls)
{
    private readonly ArchiveLookup _archive = new(calls);

    /// <summary>Null where the permission is missing or ECR's answer settles nothing: then HEAD requests serve.</summary>
    public async Task<IReadOnlyList<ManifestAnswer>?> FindAsync(
        AwsRegistry registry, string repository, IReadOnlyList<ManifestQuery> queries, CancellationToken cancellationToken)
    {
        var answers = new ImageAnswers();
        try
        {
            // Single ids answer more (where a wrong tag points to, whether the digest is there under another tag) and cost no more requests while they fit
            // into one. Beyond that, pairs settle twice as many unchanged images per request.
            var single = Open(answers, queries);
            var first = single.Count <= BatchGetImageRequest.MaxImageIds ? single : Pairs(queries);
            if (!await AskAsync(registry, repository, first, answers, cancellationToken)) return null;
            if (first != single && !await AskAsync(registry, repository, Open(answers, queries), answers, cancellationToken)) return null;
        }
        catch (RegistryException e) when (e.Codes.Contains(nameof(RepositoryNotFoundException), StringComparer.Ordinal))
        {
            return [.. queries.Select(query => new ManifestAnswer(query, null, HasDigest: false) { RepositoryExists = false })];
        }

        if (answers.HasUnclear || Open(answers, queries).Count > 0) return null;
        IReadOnlyList<ManifestAnswer> found = [.. queries.Select(answers.Answer)];

        // At a target an archived image is sent again, which restores it; at a source the difference between "archived" and "never pushed" is the error message.
        return registry.Side == Side.Source || answers.HasInaccessible
            ? await _archive.MarkAsync(registry, repository, found, cancellationToken)
            : found;
    }

    /// <summary>Null where the permission is missing or a manifest did not survive its transport as text: then they are fetched one by one.</summary>
    public async Task<IReadOnlyDictionary<ManifestReference, Manifest>?> FetchAsync(
        AwsRegistry registry, string repository, IReadOnlyCollection<ManifestReference> references, CancellationToken cancellationToken)
    {
        var manifests = new Dictionary<ManifestReference, Manifest>();
        var queries = references.Distinct().Select(reference => new ManifestQuery(reference.Tag, reference.Digest)).ToList();
        var answers = new ImageAnswers();
        try
        {
            if (!await AskAsync(registry, repository, Open(answers, queries), answers, cancellationToken)) return null;
        }
        catch (RegistryException e) when (e.Codes.Contains(nameof(RepositoryNotFoundException), StringComparer.Ordinal))
        {
            return manifests;
        }

        if (answers.HasUnclear) return null;
        foreach (var answer in queries.Select(answers.Answer).Where(a => a.HasDigest || a.TagDigest is not null))
        {
            if (answer.Manifest is not { } manifest) return null;
            manifests.Add(answer.Query.Tag is { } tag ? ManifestReference.Of(tag) : ManifestReference.Of(manifest.Digest), manifest);
        }

        return manifests;
    }

    private async Task<bool> AskAsync(
        AwsRegistry registry, string repository, IReadOnlyList<ImageIdentifier> ids, ImageAnswers answers, CancellationToken cancellationToken)
    {
        var responses = await Task.WhenAll(ids.Chunk(BatchGetImageRequest.MaxImageIds).Select(chunk => calls.TryAsync(
            registry,
            EcrActions.BatchGetImage,
            repository,
            client => client.BatchGetImageAsync(
                new BatchGetImageRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageIds = chunk, AcceptedMediaTypes = MediaTypes.AcceptedManifests },
                cancellationToken),
            cancellationToken)));
        foreach (var response in responses.OfType<BatchGetImageResponse>()) answers.Add(response);
        return responses.All(response => response is not null);
    }

    private static List<ImageIdentifier> Open(ImageAnswers answers, IReadOnlyList<ManifestQuery> queries) => [.. queries.SelectMany(answers.Open).Distinct()];

    private static List<ImageIdentifier> Pairs(IReadOnlyList<ManifestQuery> queries) =>
        [.. queries.Select(query => new ImageIdentifier { ImageTag = query.Tag?.ToString(), ImageDigest = query.Digest?.ToString() }).Distinct()];
}
