using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <summary>
/// ECR's JSON API, with AWS's own names, on the SDK's core: signing, credentials, retries and endpoints are the SDK's
/// (so that the official package can take this one's place, see docs/decisions).
/// </summary>
public sealed partial class AmazonECRClient(AWSCredentials credentials, AmazonECRConfig config) : AmazonServiceClient(credentials, config)
{
    private const string TargetPrefix = "AmazonEC2ContainerRegistry_V20150921.";

    protected override IServiceMetadata ServiceMetadata { get; } = new ServiceMetadata("ECR");

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline) => ServicePipeline.Complete(pipeline);

    private static JsonOperation<TRequest, TResponse> Operation<TRequest, TResponse>(string name, JsonTypeInfo<TRequest> request, JsonTypeInfo<TResponse> response)
        where TRequest : AmazonWebServiceRequest
        where TResponse : AmazonWebServiceResponse =>
        new("Amazon.ECR", "2015-09-21", TargetPrefix + name, request, response);
}
