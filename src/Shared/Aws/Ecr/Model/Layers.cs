using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class BatchCheckLayerAvailabilityRequest : AmazonWebServiceRequest
{
    /// <summary>Most digests in one request.</summary>
    public const int MaxLayerDigests = 100;

    public required IReadOnlyList<string> LayerDigests { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class BatchCheckLayerAvailabilityResponse : AmazonWebServiceResponse
{
    public List<LayerFailure> Failures { get; set; } = [];

    public List<Layer> Layers { get; set; } = [];
}

public sealed class Layer
{
    public const string Available = "AVAILABLE";

    /// <summary><c>AVAILABLE</c>, <c>UNAVAILABLE</c> or <c>ARCHIVED</c>.</summary>
    public string? LayerAvailability { get; set; }

    public string? LayerDigest { get; set; }

    public long? LayerSize { get; set; }

    public string? MediaType { get; set; }
}

public sealed class LayerFailure
{
    public string? FailureCode { get; set; }

    public string? FailureReason { get; set; }

    public string? LayerDigest { get; set; }
}

public sealed class GetDownloadUrlForLayerRequest : AmazonWebServiceRequest
{
    public required string LayerDigest { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class GetDownloadUrlForLayerResponse : AmazonWebServiceResponse
{
    /// <summary>Presigned and short-lived; never logged.</summary>
    public string? DownloadUrl { get; set; }

    public string? LayerDigest { get; set; }
}
