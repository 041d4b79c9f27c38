using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class Repository
{
    public DateTimeOffset? CreatedAt { get; set; }

    public EncryptionConfiguration? EncryptionConfiguration { get; set; }

    public ImageScanningConfiguration? ImageScanningConfiguration { get; set; }

    public string? ImageTagMutability { get; set; }

    public List<ImageTagMutabilityExclusionFilter> ImageTagMutabilityExclusionFilters { get; set; } = [];

    public string? RegistryId { get; set; }

    public string? RepositoryArn { get; set; }

    public string? RepositoryName { get; set; }

    public string? RepositoryUri { get; set; }
}

public sealed record EncryptionConfiguration
{
    /// <summary><c>AES256</c>, <c>KMS</c> or <c>KMS_DSSE</c>.</summary>
    public string? EncryptionType { get; init; }

    public string? KmsKey { get; init; }
}

public sealed record ImageScanningConfiguration
{
    public bool? ScanOnPush { get; init; }
}

public sealed record ImageTagMutabilityExclusionFilter
{
    public string? Filter { get; init; }

    public string? FilterType { get; init; }
}

/// <summary>Unlike every other structure of this API, a tag's members start with capitals.</summary>
public sealed record Tag
{
    [JsonPropertyName("Key")]
    public string? Key { get; init; }

    [JsonPropertyName("Value")]
    public string? Value { get; init; }
}

public sealed class DescribeRepositoriesRequest : AmazonWebServiceRequest
{
    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }

    public string? RegistryId { get; init; }

    public IReadOnlyList<string>? RepositoryNames { get; init; }
}

public sealed class DescribeRepositoriesResponse : AmazonWebServiceResponse
{
    public string? NextToken { get; set; }

    public List<Repository> Repositories { get; set; } = [];
}

public sealed class CreateRepositoryRequest : AmazonWebServiceRequest
{
    public EncryptionConfiguration? EncryptionConfiguration { get; init; }

    public ImageScanningConfiguration? ImageScanningConfiguration { get; init; }

    public string? ImageTagMutability { get; init; }

    public IReadOnlyList<ImageTagMutabilityExclusionFilter>? ImageTagMutabilityExclusionFilters { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }
}

public sealed class CreateRepositoryResponse : AmazonWebServiceResponse
{
    public Repository? Repository { get; set; }
}
