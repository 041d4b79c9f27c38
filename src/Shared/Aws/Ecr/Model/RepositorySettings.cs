using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

public sealed class PutImageTagMutabilityRequest : AmazonWebServiceRequest
{
    public required string ImageTagMutability { get; init; }

    public IReadOnlyList<ImageTagMutabilityExclusionFilter>? ImageTagMutabilityExclusionFilters { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class PutImageTagMutabilityResponse : AmazonWebServiceResponse
{
    public string? ImageTagMutability { get; set; }
}

public sealed class PutImageScanningConfigurationRequest : AmazonWebServiceRequest
{
    public required ImageScanningConfiguration ImageScanningConfiguration { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class PutImageScanningConfigurationResponse : AmazonWebServiceResponse
{
    public ImageScanningConfiguration? ImageScanningConfiguration { get; set; }
}

public sealed class GetLifecyclePolicyRequest : AmazonWebServiceRequest
{
    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class GetLifecyclePolicyResponse : AmazonWebServiceResponse
{
    public string? LifecyclePolicyText { get; set; }
}

public sealed class PutLifecyclePolicyRequest : AmazonWebServiceRequest
{
    public required string LifecyclePolicyText { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class PutLifecyclePolicyResponse : AmazonWebServiceResponse
{
    public string? LifecyclePolicyText { get; set; }
}

public sealed class GetRepositoryPolicyRequest : AmazonWebServiceRequest
{
    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class GetRepositoryPolicyResponse : AmazonWebServiceResponse
{
    public string? PolicyText { get; set; }
}

public sealed class SetRepositoryPolicyRequest : AmazonWebServiceRequest
{
    public required string PolicyText { get; init; }

    public string? RegistryId { get; init; }

    public required string RepositoryName { get; init; }
}

public sealed class SetRepositoryPolicyResponse : AmazonWebServiceResponse
{
    public string? PolicyText { get; set; }
}

public sealed class TagResourceRequest : AmazonWebServiceRequest
{
    public required string ResourceArn { get; init; }

    public required IReadOnlyList<Tag> Tags { get; init; }
}

public sealed class TagResourceResponse : AmazonWebServiceResponse;

public sealed class ListTagsForResourceRequest : AmazonWebServiceRequest
{
    public required string ResourceArn { get; init; }
}

public sealed class ListTagsForResourceResponse : AmazonWebServiceResponse
{
    public List<Tag> Tags { get; set; } = [];
}

public sealed class DescribeRepositoryCreationTemplatesRequest : AmazonWebServiceRequest
{
    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }

    public IReadOnlyList<string>? Prefixes { get; init; }
}

public sealed class DescribeRepositoryCreationTemplatesResponse : AmazonWebServiceResponse
{
    public string? NextToken { get; set; }

    public string? RegistryId { get; set; }

    public List<RepositoryCreationTemplate> RepositoryCreationTemplates { get; set; } = [];
}

public sealed class RepositoryCreationTemplate
{
    /// <summary>The template for every name that no other prefix matches.</summary>
    public const string Root = "ROOT";

    public const string CreateOnPush = "CREATE_ON_PUSH";

    public List<string> AppliedFor { get; set; } = [];

    public string? Prefix { get; set; }
}
