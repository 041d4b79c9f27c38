using System.Net;
using Microsoft.AspNetCore.Builder;
using Promoter.Admission.Hosting;

namespace Promoter.Admission.Tests.Hosting;

public sealed class AdmissionHostTests : IAsyncLifetime
{
    private readonly WebApplication _app = AdmissionHost.Build(new ServeOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        MetricsListen = new IPEndPoint(IPAddress.Loopback, 0),
    });

    private readonly HttpClient _client = new(new SocketsHttpHandler());

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_host_starts_and_answers_healthz_on_the_operations_port()
    {
        var answer = await _client.GetStringAsync(new Uri($"{_app.Urls.ElementAt(1)}/healthz"));

        Assert.Equal("ok", answer);
    }

    [Fact]
    public async Task The_webhook_port_serves_nothing_but_the_webhook()
    {
        var answer = await _client.GetAsync(new Uri($"{_app.Urls.First()}/healthz"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
