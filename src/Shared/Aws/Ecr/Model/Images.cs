using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed record ImageIdentifier
{
    public string? ImageDigest { get; init; }

    public string? ImageTag { get; init; }
}

public sealed class Image
{
    public ImageIdentifier? ImageId { get; set; }

    public string? ImageManifest { get; set; }

    public string? ImageManifestMediaType { get; set; }

    public string? RegistryId { get; set; }

    public string? RepositoryName { get; set; }
}

public sealed class ImageFailure
{
    public const string ImageInaccessible = "ImageInaccessible";
    public const string ImageNotFound = "ImageNotFound";
    public const string ImageTagDoesNotMatchDigest = "ImageTagDoesNotMatchDigest";
    public const string InvalidImageDigest = "InvalidImageDigest";
    public const string InvalidImageTag = "InvalidImageTag";

    public string? FailureCode { get; set; }

    public string? FailureReason { get; set; }

    public ImageIdentifier? ImageId { get; set; }
}

public sealed class BatchGetImageRequest : AmazonWebServiceRequest
{
    /// <summary>Most image ids in one request.</summary>
    public const int MaxImageIds = 100;

    public IReadOnlyList<string>? AcceptedMediaTypes { get; init; }

    public required IReadOnlyList<ImageIdentifier> ImageIds { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class BatchGetImageResponse : AmazonWebServiceResponse
{
    public List<ImageFailure> Failures { get; set; } = [];

    public List<Image> Images { get; set; } = [];
}

public sealed class PutImageRequest : AmazonWebServiceRequest
{
    public string? ImageDigest { get; init; }

    public required string ImageManifest { get; init; }

    public string? ImageManifestMediaType { get; init; }

    public string? ImageTag { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class PutImageResponse : AmazonWebServiceResponse
{
    public Image? Image { get; set; }
}
