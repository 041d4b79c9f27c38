using System.Net;
using System.Security.Authentication;
using Promoter.Emulator;
using Promoter.Emulator.Images;

namespace Promoter.Interop.Tests.Emulator;

public sealed class TlsTests
{
    [Fact]
    public async Task The_certificate_is_trusted_by_nobody_who_does_not_know_it()
    {
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Tls = true });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(registry.Endpoint, "/v2/")));

        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task Over_tls_the_registry_speaks_http_2_and_the_layer_host_http_1()
    {
        await using var aws = await EmulatedAws.StartAsync(new AwsOptions { Tls = true });
        var image = aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Equals(aws.Certificate);
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(aws.Source.Endpoint, $"/v2/shop/web/blobs/{image.Blobs.First().Key}")) { Version = HttpVersion.Version20 };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"AWS:{aws.IssueToken()}")));

        using var redirect = await client.SendAsync(request);
        using var layer = await client.GetAsync(redirect.Headers.Location);

        Assert.Equal(HttpVersion.Version20, redirect.Version);
        Assert.Equal(HttpVersion.Version11, layer.Version);
        Assert.Equal(["HTTP/2", "HTTP/1.1"], aws.Requests.All.Select(r => r.Protocol));
    }
}
