using System.Net;
using Amazon.Runtime;
using Promoter.Aws;
using Promoter.Aws.Ecr;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Tests.Aws;

/// <summary>The host that a call of the API goes to, and the scope of its signature, for every form of a registry's host.</summary>
public sealed class EcrEndpointTests
{
    [Theory]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com", "api.ecr.eu-west-1.amazonaws.com", "eu-west-1")]
    [InlineData("111111111111.dkr.ecr-fips.us-east-1.amazonaws.com", "ecr-fips.us-east-1.amazonaws.com", "us-east-1")]
    [InlineData("111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")]
    [InlineData("111111111111.dkr-ecr.eu-west-1.on.aws", "ecr.eu-west-1.api.aws", "eu-west-1")]
    [InlineData("111111111111.dkr-ecr-fips.us-gov-west-1.on.aws", "ecr-fips.us-gov-west-1.api.aws", "us-gov-west-1")]
    [InlineData("111111111111.dkr.ecr.us-gov-east-1.amazonaws.com", "api.ecr.us-gov-east-1.amazonaws.com", "us-gov-east-1")]
    [InlineData("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn", "api.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1")]
    [InlineData("111111111111.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn", "ecr.cn-northwest-1.api.amazonwebservices.com.cn", "cn-northwest-1")]
    [InlineData("111111111111.dkr.ecr.eusc-de-east-1.amazonaws.eu", "api.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1")]
    [InlineData("111111111111.dkr.ecr.us-iso-east-1.c2s.ic.gov", "api.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1")]
    [InlineData("111111111111.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "api.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1")]
    public async Task A_call_goes_to_the_API_of_the_registrys_region_and_variant(string registry, string api, string region)
    {
        var sent = new SentRequests();
        Assert.True(EcrHost.TryParse(registry, out var host));
        var config = AwsRegistry.ConfigOf(new AwsRegistryOptions { Host = registry }, host);
        config.HttpClientFactory = sent;
        config.MaxErrorRetry = 0;
        using var client = new AmazonECRClient(new BasicAWSCredentials("AKIA", "secret"), config);

        var answer = await client.GetAccountSettingAsync(new GetAccountSettingRequest { Name = "BLOB_MOUNTING" }, TestContext.Current.CancellationToken);

        Assert.Equal("ENABLED", answer.Value);
        var (uri, authorization) = Assert.Single(sent.Requests);
        Assert.Equal($"https://{api}/", uri.ToString());
        Assert.Contains($"/{region}/ecr/aws4_request", authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_endpoint_is_used_and_signed_for_the_registrys_region()
    {
        var sent = new SentRequests();
        Assert.True(EcrHost.TryParse("111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com", out var host));
        var config = AwsRegistry.ConfigOf(new AwsRegistryOptions { Host = host.Name, EcrEndpoint = "https://vpce-1.example.com" }, host);
        config.HttpClientFactory = sent;
        using var client = new AmazonECRClient(new BasicAWSCredentials("AKIA", "secret"), config);

        await client.GetAccountSettingAsync(new GetAccountSettingRequest { Name = "BLOB_MOUNTING" }, TestContext.Current.CancellationToken);

        var (uri, authorization) = Assert.Single(sent.Requests);
        Assert.Equal("https://vpce-1.example.com/", uri.ToString());
        Assert.Contains("/us-gov-west-1/ecr/aws4_request", authorization, StringComparison.Ordinal);
    }

    /// <summary>Answers in place of the network, and notes where each request would have gone.</summary>
    private sealed class SentRequests : HttpClientFactory
    {
        public List<(Uri Uri, string Authorization)> Requests { get; } = [];

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(Requests));

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        private sealed class Handler(List<(Uri Uri, string Authorization)> requests) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                requests.Add((request.RequestUri!, request.Headers.TryGetValues("Authorization", out var values) ? values.First() : ""));
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"name":"BLOB_MOUNTING","value":"ENABLED"}"""), RequestMessage = request });
            }
        }
    }
}
