using Amazon.Runtime.Internal;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>What generated clients of the SDK have in their pipeline and a client written by hand has not.</summary>
internal static class ServicePipeline
{
    /// <summary>Puts the endpoint and signature steps where generated clients have them: the resolver before the signature's choice.</summary>
    public static void Complete(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new ServiceEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new ServiceAuthHandler());
        // Inside the retries, so that each refused attempt counts.
        pipeline.AddHandlerAfter<RetryHandler>(new ThrottleCounter());
    }
}
