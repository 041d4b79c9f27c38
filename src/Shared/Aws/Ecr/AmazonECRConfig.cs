using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <summary>Configuration of <see cref="AmazonECRClient"/>; <c>AWS_ENDPOINT_URL_ECR</c> and <see cref="Amazon.Runtime.ClientConfig.ServiceURL"/> replace the endpoint.</summary>
public sealed class AmazonECRConfig(string region) : ServiceConfig("ECR", "ecr", region, new ServiceEndpointProvider(EcrEndpoints.Api))
{
    public override string ServiceVersion => "2015-09-21";
}
