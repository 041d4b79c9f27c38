using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Promoter.Registries;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>Counts the refusals that the SDK's retries would otherwise hide: an account near its quota is slow long before anything fails.</summary>
internal sealed class ThrottleCounter : PipelineHandler
{
    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        try
        {
            return await base.InvokeAsync<T>(executionContext);
        }
        catch (AmazonServiceException e) when (e.Retryable is { Throttling: true } || e.StatusCode is HttpStatusCode.TooManyRequests || AwsFaults.IsThrottling(e.ErrorCode))
        {
            var request = executionContext.RequestContext.Request;
            RegistryTelemetry.Throttled(request?.Endpoint?.Host ?? "ecr", executionContext.RequestContext.RequestName.Replace("Request", "", StringComparison.Ordinal), e.StatusCode);
            throw;
        }
    }
}
