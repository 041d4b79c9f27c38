using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <content>Operations on repositories and their settings.</content>
public sealed partial class AmazonECRClient
{
    private static readonly JsonOperation<DescribeRepositoriesRequest, DescribeRepositoriesResponse> DescribeRepositories =
        Operation("DescribeRepositories", EcrJson.Default.DescribeRepositoriesRequest, EcrJson.Default.DescribeRepositoriesResponse);

    private static readonly JsonOperation<CreateRepositoryRequest, CreateRepositoryResponse> CreateRepository =
        Operation("CreateRepository", EcrJson.Default.CreateRepositoryRequest, EcrJson.Default.CreateRepositoryResponse);

    private static readonly JsonOperation<DescribeRepositoryCreationTemplatesRequest, DescribeRepositoryCreationTemplatesResponse> DescribeRepositoryCreationTemplates =
        Operation("DescribeRepositoryCreationTemplates", EcrJson.Default.DescribeRepositoryCreationTemplatesRequest, EcrJson.Default.DescribeRepositoryCreationTemplatesResponse);

    private static readonly JsonOperation<PutImageTagMutabilityRequest, PutImageTagMutabilityResponse> PutImageTagMutability =
        Operation("PutImageTagMutability", EcrJson.Default.PutImageTagMutabilityRequest, EcrJson.Default.PutImageTagMutabilityResponse);

    private static readonly JsonOperation<PutImageScanningConfigurationRequest, PutImageScanningConfigurationResponse> PutImageScanningConfiguration =
        Operation("PutImageScanningConfiguration", EcrJson.Default.PutImageScanningConfigurationRequest, EcrJson.Default.PutImageScanningConfigurationResponse);

    private static readonly JsonOperation<GetLifecyclePolicyRequest, GetLifecyclePolicyResponse> GetLifecyclePolicy =
        Operation("GetLifecyclePolicy", EcrJson.Default.GetLifecyclePolicyRequest, EcrJson.Default.GetLifecyclePolicyResponse);

    private static readonly JsonOperation<PutLifecyclePolicyRequest, PutLifecyclePolicyResponse> PutLifecyclePolicy =
        Operation("PutLifecyclePolicy", EcrJson.Default.PutLifecyclePolicyRequest, EcrJson.Default.PutLifecyclePolicyResponse);

    private static readonly JsonOperation<GetRepositoryPolicyRequest, GetRepositoryPolicyResponse> GetRepositoryPolicy =
        Operation("GetRepositoryPolicy", EcrJson.Default.GetRepositoryPolicyRequest, EcrJson.Default.GetRepositoryPolicyResponse);

    private static readonly JsonOperation<SetRepositoryPolicyRequest, SetRepositoryPolicyResponse> SetRepositoryPolicy =
        Operation("SetRepositoryPolicy", EcrJson.Default.SetRepositoryPolicyRequest, EcrJson.Default.SetRepositoryPolicyResponse);

    private static readonly JsonOperation<TagResourceRequest, TagResourceResponse> TagResource =
        Operation("TagResource", EcrJson.Default.TagResourceRequest, EcrJson.Default.TagResourceResponse);

    private static readonly JsonOperation<ListTagsForResourceRequest, ListTagsForResourceResponse> ListTagsForResource =
        Operation("ListTagsForResource", EcrJson.Default.ListTagsForResourceRequest, EcrJson.Default.ListTagsForResourceResponse);

    public Task<DescribeRepositoriesResponse> DescribeRepositoriesAsync(DescribeRepositoriesRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<DescribeRepositoriesResponse>(request, DescribeRepositories.Options, cancellationToken);

    public Task<CreateRepositoryResponse> CreateRepositoryAsync(CreateRepositoryRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<CreateRepositoryResponse>(request, CreateRepository.Options, cancellationToken);

    public Task<DescribeRepositoryCreationTemplatesResponse> DescribeRepositoryCreationTemplatesAsync(DescribeRepositoryCreationTemplatesRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<DescribeRepositoryCreationTemplatesResponse>(request, DescribeRepositoryCreationTemplates.Options, cancellationToken);

    public Task<PutImageTagMutabilityResponse> PutImageTagMutabilityAsync(PutImageTagMutabilityRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<PutImageTagMutabilityResponse>(request, PutImageTagMutability.Options, cancellationToken);

    public Task<PutImageScanningConfigurationResponse> PutImageScanningConfigurationAsync(PutImageScanningConfigurationRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<PutImageScanningConfigurationResponse>(request, PutImageScanningConfiguration.Options, cancellationToken);

    public Task<GetLifecyclePolicyResponse> GetLifecyclePolicyAsync(GetLifecyclePolicyRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetLifecyclePolicyResponse>(request, GetLifecyclePolicy.Options, cancellationToken);

    public Task<PutLifecyclePolicyResponse> PutLifecyclePolicyAsync(PutLifecyclePolicyRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<PutLifecyclePolicyResponse>(request, PutLifecyclePolicy.Options, cancellationToken);

    public Task<GetRepositoryPolicyResponse> GetRepositoryPolicyAsync(GetRepositoryPolicyRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetRepositoryPolicyResponse>(request, GetRepositoryPolicy.Options, cancellationToken);

    public Task<SetRepositoryPolicyResponse> SetRepositoryPolicyAsync(SetRepositoryPolicyRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<SetRepositoryPolicyResponse>(request, SetRepositoryPolicy.Options, cancellationToken);

    public Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<TagResourceResponse>(request, TagResource.Options, cancellationToken);

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<ListTagsForResourceResponse>(request, ListTagsForResource.Options, cancellationToken);
}
