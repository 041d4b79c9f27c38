using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Shared.Tests.Kubernetes;

public sealed class EventWriterTests : IAsyncLifetime
{
    private static readonly ObjectReference About = new("apps/v1", "ReplicaSet", "shop", "web-1", "uid-1");
    private ApiServer _server = null!;
    private KubernetesClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync();
        _client = new KubernetesClient(new KubernetesEndpoint { Server = _server.Url }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_same_event_again_counts_up()
    {
        var writer = Writer();

        for (var i = 0; i < 3; i++) await writer.WriteAsync(About, EventSeverity.Normal, "ImagePending", "image a is being promoted", CancellationToken.None);
        await writer.WriteAsync(About, EventSeverity.Normal, "ImagePromoted", "image a is there", CancellationToken.None);

        var events = _server.List("/api/v1/namespaces/shop/events");
        Assert.Equal(2, events.Count);
        Assert.Equal(3, events.Single(e => e.Text("reason") == "ImagePending").Number("count"));
    }

    [Fact]
    public async Task An_event_whose_count_expired_on_the_server_is_written_anew()
    {
        var writer = Writer();
        await writer.WriteAsync(About, EventSeverity.Warning, "ImageMissing", "gone", CancellationToken.None);
        _server.Remove($"/api/v1/namespaces/shop/events/{_server.List("/api/v1/namespaces/shop/events")[0].Name()}");

        await writer.WriteAsync(About, EventSeverity.Warning, "ImageMissing", "gone", CancellationToken.None);

        Assert.Equal(1, Assert.Single(_server.List("/api/v1/namespaces/shop/events")).Number("count"));
    }

    [Fact]
    public async Task A_long_message_is_shortened_to_what_the_api_server_takes()
    {
        await Writer().WriteAsync(About, EventSeverity.Warning, "ImageMissing", new string('x', 5000), CancellationToken.None);

        Assert.Equal(1024, _server.List("/api/v1/namespaces/shop/events")[0].Text("message")!.Length);
    }

    private EventWriter Writer() => new(_client, "promoter-admission", "pod-1", TimeProvider.System);
}
