using System.Net;
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
}
