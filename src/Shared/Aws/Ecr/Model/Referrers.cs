using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

/// <summary>Authorised as <c>ecr:BatchGetImage</c>.</summary>
public sealed class ListImageReferrersRequest : AmazonWebServiceRequest
{
    public ListImageReferrersFilter? Filter { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }

    public required SubjectIdentifier SubjectId { get; init; }
}

public sealed class SubjectIdentifier
{
    public required string ImageDigest { get; init; }
}

public sealed class ListImageReferrersFilter
{
    public string? ArtifactStatus { get; init; }

    public IReadOnlyList<string>? ArtifactTypes { get; init; }
}

public sealed class ListImageReferrersResponse : AmazonWebServiceResponse
{
    public string? NextToken { get; set; }

    public List<ImageReferrer> Referrers { get; set; } = [];
}

public sealed class ImageReferrer
{
    public Dictionary<string, string>? Annotations { get; set; }

    public string? ArtifactStatus { get; set; }

    public string? ArtifactType { get; set; }

    public string? Digest { get; set; }

    public string? MediaType { get; set; }

    public long? Size { get; set; }
}
