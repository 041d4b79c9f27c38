using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class DescribeImageScanFindingsRequest : AmazonWebServiceRequest
{
    public required ImageIdentifier ImageId { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

/// <summary>Only the counts are read: a gate needs no more.</summary>
public sealed class DescribeImageScanFindingsResponse : AmazonWebServiceResponse
{
    public ImageIdentifier? ImageId { get; set; }

    public ImageScanFindings? ImageScanFindings { get; set; }

    public ImageScanStatus? ImageScanStatus { get; set; }

    public string? NextToken { get; set; }
}

public sealed class ImageScanFindings
{
    public Dictionary<string, int>? FindingSeverityCounts { get; set; }

    public DateTimeOffset? ImageScanCompletedAt { get; set; }
}

public sealed class ImageScanStatus
{
    public string? Description { get; set; }

    public string? Status { get; set; }
}
