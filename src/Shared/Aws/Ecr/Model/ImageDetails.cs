using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class DescribeImagesRequest : AmazonWebServiceRequest
{
    public IReadOnlyList<ImageIdentifier>? ImageIds { get; init; }

    public DescribeImagesFilter? Filter { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class DescribeImagesFilter
{
    public const string Any = "ANY";

    /// <summary><c>ACTIVE</c> (the default), <c>ARCHIVED</c>, <c>ACTIVATING</c> or <c>ANY</c>.</summary>
    public string? ImageStatus { get; init; }

    public string? TagStatus { get; init; }
}

public sealed class DescribeImagesResponse : AmazonWebServiceResponse
{
    public List<ImageDetail> ImageDetails { get; set; } = [];

    public string? NextToken { get; set; }
}

public sealed class ImageDetail
{
    public const string Archived = "ARCHIVED";
    public const string Activating = "ACTIVATING";

    public string? ArtifactMediaType { get; set; }

    public string? ImageDigest { get; set; }

    public string? ImageManifestMediaType { get; set; }

    public DateTimeOffset? ImagePushedAt { get; set; }

    public long? ImageSizeInBytes { get; set; }

    public string? ImageStatus { get; set; }

    public List<string> ImageTags { get; set; } = [];

    public DateTimeOffset? LastRecordedPullTime { get; set; }

    public string? SubjectManifestDigest { get; set; }
}

public sealed class DescribeImageReplicationStatusRequest : AmazonWebServiceRequest
{
    public required ImageIdentifier ImageId { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class DescribeImageReplicationStatusResponse : AmazonWebServiceResponse
{
    public ImageIdentifier? ImageId { get; set; }

    public List<ImageReplicationStatus> ReplicationStatuses { get; set; } = [];

    public string? RepositoryName { get; set; }
}

public sealed class ImageReplicationStatus
{
    public string? FailureCode { get; set; }

    public string? Region { get; set; }

    public string? RegistryId { get; set; }

    /// <summary><c>IN_PROGRESS</c>, <c>COMPLETE</c> or <c>FAILED</c>.</summary>
    public string? Status { get; set; }
}
