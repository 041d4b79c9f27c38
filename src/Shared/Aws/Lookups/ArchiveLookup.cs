using Promoter.Aws.Ecr.Model;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Aws.Lookups;

/// <summary>Tells images that ECR keeps in its archive class from images that are not there: a pull answers 404 for both.</summary>
internal sealed class ArchiveLookup(EcrCalls calls)
{
    public async Task<IReadOnlyList<ManifestAnswer>> MarkAsync(
        AwsRegistry registry, string repository, IReadOnlyList<ManifestAnswer> answers, CancellationToken cancellationToken) =>
        await Task.WhenAll(answers.Select(answer => MarkAsync(registry, repository, answer, cancellationToken)));

    private async Task<ManifestAnswer> MarkAsync(AwsRegistry registry, string repository, ManifestAnswer answer, CancellationToken cancellationToken)
    {
        var isMissing = answer.Query.Digest is not null ? !answer.HasDigest : answer.TagDigest is null;
        if (!isMissing) return answer;
        var detail = await DescribeAsync(registry, repository, answer.Query, cancellationToken);
        if (detail?.ImageStatus is not (ImageDetail.Archived or ImageDetail.Activating) || !Digest.TryParse(detail.ImageDigest, out var digest)) return answer;
        return answer with
        {
            IsArchived = true,
            HasDigest = answer.Query.Digest == digest,
            TagDigest = answer.Query.Tag is { } tag && detail.ImageTags.Contains(tag.ToString(), StringComparer.Ordinal) ? digest : answer.TagDigest,
        };
    }

    // One image per request: DescribeImages fails as a whole where one of its ids is unknown.
    private async Task<ImageDetail?> DescribeAsync(AwsRegistry registry, string repository, ManifestQuery query, CancellationToken cancellationToken)
    {
        var id = query.Digest is { } digest ? new ImageIdentifier { ImageDigest = digest.ToString() } : new ImageIdentifier { ImageTag = query.Tag?.ToString() };
        var request = new DescribeImagesRequest
        {
            RegistryId = registry.RegistryId,
            RepositoryName = repository,
            ImageIds = [id],
            Filter = new DescribeImagesFilter { ImageStatus = DescribeImagesFilter.Any },
        };
        try
        {
            var response = await calls.TryAsync(
                registry, EcrActions.DescribeImages, repository, client => client.DescribeImagesAsync(request, cancellationToken), cancellationToken);
            return response?.ImageDetails.FirstOrDefault();
        }
        catch (RegistryException e) when (e.Fault is RegistryFault.NotFound or RegistryFault.Protocol)
        {
            return null;
        }
    }
}
