using Amazon;
using Amazon.Runtime;
using Amazon.SecurityToken;

namespace Promoter.Aws.Identities;

/// <summary>Clients of one region's STS, or of the endpoint that the configuration names.</summary>
internal static class StsClients
{
    public static AmazonSecurityTokenServiceClient Create(AWSCredentials credentials, string region, string? endpoint)
    {
        var config = new AmazonSecurityTokenServiceConfig
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(region),
            AuthenticationRegion = region,
        };
        if (!string.IsNullOrEmpty(endpoint)) config.ServiceURL = endpoint;
        return new AmazonSecurityTokenServiceClient(credentials, config);
    }
}
