using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class EventWriterTests : IAsyncLifetime
{
    private static readonly ObjectReference About = new("apps/v1", "ReplicaSet", "shop", "web-1", "uid-1");
    private ServedClient _served = null!;

    private ApiServer Server => _served.Server;

    private KubernetesClient Client => _served.Client;

    public async ValueTask InitializeAsync() => _served = await ServedClient.StartAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task The_same_event_again_counts_up()
    {
        var writer = Writer();

        for (var i = 0; i < 3; i++) await writer.WriteAsync(About, EventSeverity.Normal, "ImagePending", "image a is being promoted", CancellationToken.None);
        await writer.WriteAsync(About, EventSeverity.Normal, "ImagePromoted", "image a is there", CancellationToken.None);

        var events = Server.List("/api/v1/namespaces/shop/events");
        Assert.Equal(2, events.Count);
        Assert.Equal(3, events.Single(e => e.Text("reason") == "ImagePending").Number("count"));
    }

    [Fact]
    public async Task An_event_whose_count_expired_on_the_server_is_written_anew()
    {
        var writer = Writer();
        await writer.WriteAsync(About, EventSeverity.Warning, "ImageMissing", "gone", CancellationToken.None);
        Server.Remove($"/api/v1/namespaces/shop/events/{Server.List("/api/v1/namespaces/shop/events")[0].Name()}");

        await writer.WriteAsync(About, EventSeverity.Warning, "ImageMissing", "gone", CancellationToken.None);

        Assert.Equal(1, Assert.Single(Server.List("/api/v1/namespaces/shop/events")).Number("count"));
    }

    [Fact]
    public async Task A_long_message_is_shortened_to_what_the_api_server_takes()
    {
        await Writer().WriteAsync(About, EventSeverity.Warning, "ImageMissing", new string('x', 5000), CancellationToken.None);

        Assert.Equal(1024, Server.List("/api/v1/namespaces/shop/events")[0].Text("message")!.Length);
    }

    [Fact]
    public async Task An_object_has_its_share_and_then_one_more_every_five_minutes()
    {
        var time = new ManualTime();
        var writer = new EventWriter(Client, "promoter-admission", "pod-1", time);
        async Task<bool> WriteAsync(int i) => await writer.WriteAsync(About, EventSeverity.Normal, $"Reason{i}", "said", CancellationToken.None);

        for (var i = 0; i < 25; i++) Assert.True(await WriteAsync(i), $"number {i} was dropped");
        Assert.False(await WriteAsync(25), "the share was exceeded");
        Assert.True(await writer.WriteAsync(About with { Name = "web-2" }, EventSeverity.Normal, "Reason", "said", CancellationToken.None), "another object lost its share");
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.True(await WriteAsync(26), "no new share after five minutes");
        Assert.False(await WriteAsync(27), "five minutes bring one, not more");
        Assert.Equal(27, Server.List("/api/v1/namespaces/shop/events").Count);
    }

    [Fact]
    public async Task Many_that_differ_only_in_their_message_become_one_that_counts()
    {
        var writer = Writer();

        for (var i = 0; i < 14; i++) await writer.WriteAsync(About, EventSeverity.Warning, "ImageMissing", $"image {i} is missing", CancellationToken.None);

        var events = Server.List("/api/v1/namespaces/shop/events");
        Assert.Equal(11, events.Count);
        var combined = Assert.Single(events, e => e.Text("message")!.StartsWith("(combined from similar events): ", StringComparison.Ordinal));
        Assert.Equal(4, combined.Number("count"));
        Assert.EndsWith("image 13 is missing", combined.Text("message"), StringComparison.Ordinal);
    }

    private EventWriter Writer() => new(Client, "promoter-admission", "pod-1", TimeProvider.System);
}
