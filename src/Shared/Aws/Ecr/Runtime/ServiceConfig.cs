using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>Configuration of a JSON service that the SDK has no package for here.</summary>
public abstract class ServiceConfig : ClientConfig
{
    private static readonly string Agent = InternalSDKUtils.BuildUserAgentString("ECR", "1.0");
    private readonly string _endpointPrefix;

    /// <param name="serviceId">Also the end of the variable that replaces the endpoint: <c>AWS_ENDPOINT_URL_ECR</c>.</param>
    /// <param name="signingName">The service in the scope of the signature.</param>
    /// <param name="region">Always given: with a replaced endpoint the SDK would sign for the environment's region instead.</param>
    private protected ServiceConfig(string serviceId, string signingName, string region, IEndpointProvider endpoints)
        : base(new DefaultConfigurationProvider([Defaults()]))
    {
        _endpointPrefix = "api." + signingName;
        ServiceId = serviceId;
        AuthenticationServiceName = signingName;
        AuthenticationRegion = region;
        RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        DefaultConfigurationMode = Amazon.Runtime.DefaultConfigurationMode.Standard;
        EndpointProvider = endpoints;
    }

    public override string RegionEndpointServiceName => _endpointPrefix;

    public override string UserAgent => Agent;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(ServiceEndpointResolver.Parameters(this));

    private static DefaultConfiguration Defaults() => new()
    {
        Name = Amazon.Runtime.DefaultConfigurationMode.Standard,
        RetryMode = RequestRetryMode.Standard,
        ConnectTimeout = TimeSpan.FromMilliseconds(3100),
        TlsNegotiationTimeout = TimeSpan.FromMilliseconds(3100),
    };
}
