using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>The step of the SDK's pipeline that finds the endpoint of a request.</summary>
internal sealed class ServiceEndpointResolver : BaseEndpointResolver
{
    internal static EndpointParameters Parameters(IClientConfig config) => new()
    {
        ["Region"] = config.AuthenticationRegion,
        ["UseDualStack"] = config.UseDualstackEndpoint,
        ["UseFIPS"] = config.UseFIPSEndpoint,
        ["Endpoint"] = config.ServiceURL,
    };

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) => Parameters(requestContext.ClientConfig);
}

/// <summary>The step that chooses the signature; these services take SigV4 alone.</summary>
internal sealed class ServiceAuthHandler : BaseAuthResolverHandler
{
    protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
}

/// <summary>Where a service is: the replaced endpoint if there is one, else the one of the region.</summary>
internal sealed class ServiceEndpointProvider(Func<string, bool, bool, string> endpointOf) : IEndpointProvider
{
    // A replaced endpoint wins over the host's FIPS and dual-stack flags, which came from the registry's name and not from a person.
    public Endpoint ResolveEndpoint(EndpointParameters parameters) =>
        new(parameters["Endpoint"] is string { Length: > 0 } custom
            ? custom
            : endpointOf((string)parameters["Region"], parameters["UseFIPS"] is true, parameters["UseDualStack"] is true));
}

internal sealed class ServiceMetadata(string serviceId) : IServiceMetadata
{
    public string ServiceId => serviceId;

    public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
