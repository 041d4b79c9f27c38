using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class InitiateLayerUploadRequest : AmazonWebServiceRequest
{
    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class InitiateLayerUploadResponse : AmazonWebServiceResponse
{
    public long? PartSize { get; set; }

    public string? UploadId { get; set; }
}

public sealed class UploadLayerPartRequest : AmazonWebServiceRequest
{
    /// <summary>Base64 in the JSON body.</summary>
    public required byte[] LayerPartBlob { get; init; }

    public required long PartFirstByte { get; init; }

    /// <summary>Inclusive.</summary>
    public required long PartLastByte { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }

    public required string UploadId { get; init; }
}

public sealed class UploadLayerPartResponse : AmazonWebServiceResponse
{
    public long? LastByteReceived { get; set; }
}

public sealed class CompleteLayerUploadRequest : AmazonWebServiceRequest
{
    public required IReadOnlyList<string> LayerDigests { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }

    public required string UploadId { get; init; }
}

public sealed class CompleteLayerUploadResponse : AmazonWebServiceResponse
{
    public string? LayerDigest { get; set; }
}
