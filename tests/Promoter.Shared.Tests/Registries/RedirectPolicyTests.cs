using Promoter.Registries;

namespace Promoter.Tests.Registries;

public sealed class RedirectPolicyTests
{
    [Theory]
    [InlineData("https://bucket.s3.amazonaws.com/x")]
    [InlineData("https://registry.test/elsewhere")]
    [InlineData("https://172.15.0.1/x")]
    [InlineData("https://192.169.0.1/x")]
    public void A_public_registry_may_redirect_to_public_hosts(string target) => Assert.Null(Refusal("registry.test", target));

    [Theory]
    [InlineData("http://bucket.s3.amazonaws.com/x", "plain HTTP")]
    [InlineData("ftp://bucket.test/x", "scheme")]
    [InlineData("file:///etc/passwd", "scheme")]
    [InlineData("https://127.0.0.1/x", "internal")]
    [InlineData("https://2130706433/x", "internal")]
    [InlineData("https://localhost/x", "internal")]
    [InlineData("https://LOCALHOST./x", "internal")]
    [InlineData("https://sub.localhost/x", "internal")]
    [InlineData("https://10.1.2.3/x", "internal")]
    [InlineData("https://172.16.0.1/x", "internal")]
    [InlineData("https://192.168.1.1/x", "internal")]
    [InlineData("https://169.254.169.254/latest/meta-data", "internal")]
    [InlineData("https://100.64.0.1/x", "internal")]
    [InlineData("https://0.0.0.0/x", "internal")]
    [InlineData("https://[::1]/x", "internal")]
    [InlineData("https://[::]/x", "internal")]
    [InlineData("https://[fe80::1]/x", "internal")]
    [InlineData("https://[fd00::1]/x", "internal")]
    [InlineData("https://[::ffff:169.254.169.254]/x", "internal")]
    public void But_not_into_our_network_nor_out_of_TLS(string target, string reason) => Assert.Contains(reason, Refusal("registry.test", target));

    [Fact]
    public void A_registry_inside_our_network_may_redirect_inside_it()
    {
        Assert.Null(Refusal("10.0.0.5:5000", "https://10.0.0.6/bucket"));
        Assert.Null(Refusal("127.0.0.1:5000", "http://127.0.0.1:9000/bucket"));
    }

    [Fact]
    public void A_Location_that_is_no_URL_leads_nowhere() => Assert.NotNull(RedirectPolicy.Refuse(Endpoint("registry.test"), null));

    [Theory]
    [InlineData("localhost:5000", "http")]
    [InlineData("127.0.0.1:5000", "http")]
    [InlineData("[::1]:5000", "http")]
    [InlineData("registry.test", "https")]
    [InlineData("10.0.0.5:5000", "https")]
    public void Plain_HTTP_is_for_loopback_only(string host, string scheme) => Assert.Equal(scheme, Endpoint(host).BaseUri.Scheme);

    [Fact]
    public void Plain_HTTP_elsewhere_has_to_be_said() =>
        Assert.Equal("http", new RegistryEndpoint(new RegistryOptions { Host = "registry.test", PlainHttp = true }).BaseUri.Scheme);

    [Fact]
    public void Docker_Hub_answers_on_another_host_than_its_references_carry() => Assert.Equal("https://registry-1.docker.io/", Endpoint("docker.io").BaseUri.ToString());

    [Fact]
    public void A_Location_with_the_registrys_own_name_goes_to_the_endpoint_override()
    {
        var endpoint = new RegistryEndpoint(new RegistryOptions { Host = "1.dkr.ecr.eu-west-1.amazonaws.com", Endpoint = new Uri("http://127.0.0.1:4000") });

        var location = endpoint.Resolve(new Uri("http://127.0.0.1:4000/v2/r/blobs/uploads/"), "https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/r/blobs/uploads/7?x=1");

        Assert.Equal("http://127.0.0.1:4000/v2/r/blobs/uploads/7?x=1", location!.ToString());
        Assert.True(endpoint.IsOwn(location));
    }

    [Theory]
    [InlineData("https://registry.test:443/v2/", true)]
    [InlineData("https://REGISTRY.test/v2/", true)]
    [InlineData("http://registry.test/v2/", false)]
    [InlineData("https://registry.test:444/v2/", false)]
    [InlineData("https://registry.test.evil/v2/", false)]
    public void Credentials_belong_to_scheme_host_and_port(string uri, bool own) => Assert.Equal(own, Endpoint("registry.test").IsOwn(new Uri(uri)));

    private static RegistryEndpoint Endpoint(string host) => new(new RegistryOptions { Host = host });

    private static string? Refusal(string host, string target) => RedirectPolicy.Refuse(Endpoint(host), new Uri(target));
}
