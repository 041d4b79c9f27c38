using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <summary>The one operation of the public gallery's API that reading from it needs.</summary>
public sealed class AmazonECRPublicClient(AWSCredentials credentials, AmazonECRPublicConfig config) : AmazonServiceClient(credentials, config)
{
    private static readonly JsonOperation<GetAuthorizationTokenRequest, GetPublicAuthorizationTokenResponse> GetAuthorizationToken = new(
        "Amazon.ECRPublic",
        "2020-10-30",
        "SpencerFrontendService.GetAuthorizationToken",
        EcrJson.Default.GetAuthorizationTokenRequest,
        EcrJson.Default.GetPublicAuthorizationTokenResponse);

    protected override IServiceMetadata ServiceMetadata { get; } = new ServiceMetadata("ECR PUBLIC");

    public Task<GetPublicAuthorizationTokenResponse> GetAuthorizationTokenAsync(GetAuthorizationTokenRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetPublicAuthorizationTokenResponse>(request, GetAuthorizationToken.Options, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => ServicePipeline.Complete(pipeline);
}

/// <summary>Configuration of <see cref="AmazonECRPublicClient"/>; <c>AWS_ENDPOINT_URL_ECR_PUBLIC</c> replaces the endpoint.</summary>
public sealed class AmazonECRPublicConfig(string region)
    : ServiceConfig("ECR PUBLIC", "ecr-public", region, new ServiceEndpointProvider((at, _, _) => EcrEndpoints.PublicApi(at)))
{
    public override string ServiceVersion => "2020-10-30";
}
