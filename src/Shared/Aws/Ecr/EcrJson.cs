using System.Text.Json.Serialization;
using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSeconds)])]
[JsonSerializable(typeof(GetAuthorizationTokenRequest))]
[JsonSerializable(typeof(GetAuthorizationTokenResponse))]
[JsonSerializable(typeof(GetPublicAuthorizationTokenResponse))]
[JsonSerializable(typeof(GetAccountSettingRequest))]
[JsonSerializable(typeof(GetAccountSettingResponse))]
[JsonSerializable(typeof(BatchGetImageRequest))]
[JsonSerializable(typeof(BatchGetImageResponse))]
[JsonSerializable(typeof(PutImageRequest))]
[JsonSerializable(typeof(PutImageResponse))]
[JsonSerializable(typeof(DescribeImagesRequest))]
[JsonSerializable(typeof(DescribeImagesResponse))]
[JsonSerializable(typeof(DescribeImageReplicationStatusRequest))]
[JsonSerializable(typeof(DescribeImageReplicationStatusResponse))]
[JsonSerializable(typeof(DescribeImageScanFindingsRequest))]
[JsonSerializable(typeof(DescribeImageScanFindingsResponse))]
[JsonSerializable(typeof(ListImageReferrersRequest))]
[JsonSerializable(typeof(ListImageReferrersResponse))]
[JsonSerializable(typeof(BatchCheckLayerAvailabilityRequest))]
[JsonSerializable(typeof(BatchCheckLayerAvailabilityResponse))]
[JsonSerializable(typeof(GetDownloadUrlForLayerRequest))]
[JsonSerializable(typeof(GetDownloadUrlForLayerResponse))]
[JsonSerializable(typeof(DescribeRepositoriesRequest))]
[JsonSerializable(typeof(DescribeRepositoriesResponse))]
[JsonSerializable(typeof(CreateRepositoryRequest))]
[JsonSerializable(typeof(CreateRepositoryResponse))]
[JsonSerializable(typeof(DescribeRepositoryCreationTemplatesRequest))]
[JsonSerializable(typeof(DescribeRepositoryCreationTemplatesResponse))]
[JsonSerializable(typeof(PutImageTagMutabilityRequest))]
[JsonSerializable(typeof(PutImageTagMutabilityResponse))]
[JsonSerializable(typeof(PutImageScanningConfigurationRequest))]
[JsonSerializable(typeof(PutImageScanningConfigurationResponse))]
[JsonSerializable(typeof(GetLifecyclePolicyRequest))]
[JsonSerializable(typeof(GetLifecyclePolicyResponse))]
[JsonSerializable(typeof(PutLifecyclePolicyRequest))]
[JsonSerializable(typeof(PutLifecyclePolicyResponse))]
[JsonSerializable(typeof(GetRepositoryPolicyRequest))]
[JsonSerializable(typeof(GetRepositoryPolicyResponse))]
[JsonSerializable(typeof(SetRepositoryPolicyRequest))]
[JsonSerializable(typeof(SetRepositoryPolicyResponse))]
[JsonSerializable(typeof(TagResourceRequest))]
[JsonSerializable(typeof(TagResourceResponse))]
[JsonSerializable(typeof(ListTagsForResourceRequest))]
[JsonSerializable(typeof(ListTagsForResourceResponse))]
internal sealed partial class EcrJson : JsonSerializerContext;
