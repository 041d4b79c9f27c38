using System.Net;
using System.Net.Sockets;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Hosting;

public sealed class AdmissionHostTests
{
    [Fact]
    public async Task The_host_starts_and_answers_healthz_on_the_operations_port()
    {
        await using var webhook = await Webhook.StartAsync();

        Assert.Equal("ok", await webhook.GetAsync("/healthz"));
    }

    [Fact]
    public async Task The_two_doors_serve_different_things()
    {
        await using var webhook = await Webhook.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler());

        using var probe = await client.GetAsync(new Uri(webhook.Url, "/healthz"));
        using var review = await client.PostAsync(new Uri(webhook.OperationsUrl, "/mutate"), new StringContent("{}"));

        Assert.Equal(HttpStatusCode.NotFound, probe.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, review.StatusCode);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1", "[::1]")]
    [InlineData("::", "127.0.0.1", "[::1]")]
    [InlineData("::1", "[::1]")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task Both_doors_are_open_at_the_addresses_of_either_family(string listen, params string[] reachable)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");

        // The own review, without which nothing starts, goes through the same door.
        await using var webhook = await Webhook.StartAsync(address: IPAddress.Parse(listen));

        using var client = new HttpClient(new SocketsHttpHandler());
        foreach (var host in reachable)
        {
            Assert.Equal("ok", await client.GetStringAsync(new Uri($"http://{host}:{webhook.OperationsUrl.Port}/readyz")));
            using var content = new ByteArrayContent(Fixture.Bytes("create-pod-dry-run"));
            content.Headers.ContentType = new("application/json");
            using var answer = await client.PostAsync(new Uri($"http://{host}:{webhook.Url.Port}/mutate?timeout=10s"), content);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
