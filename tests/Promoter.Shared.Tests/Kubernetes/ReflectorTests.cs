using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class ReflectorTests : IAsyncLifetime
{
    private const string Collection = "/api/v1/namespaces/shop/pods";
    private readonly Channel<IResourceChange> _seen = Channel.CreateUnbounded<IResourceChange>();
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(1));
    private ApiServer _server = null!;
    private KubernetesClient _client = null!;
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync();
        _client = new KubernetesClient(new KubernetesEndpoint { Server = _server.Url }, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run);
        _stop.Dispose();
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_list_comes_first_and_changes_follow()
    {
        _server.Seed(Collection, Pod("a", "pending"));
        Start();

        Assert.Equal("a", Assert.Single((await NextAsync<Relisted>()).Items).Name());

        _server.Seed(Collection, Pod("b", "pending"));
        Assert.Equal("b", (await NextAsync<Changed>()).Object.Name());
        _server.Remove(Collection + "/a");
        Assert.Equal("a", (await NextAsync<Deleted>()).Object.Name());
    }

    [Fact]
    public async Task An_object_that_leaves_the_selection_is_reported_as_deleted()
    {
        _server.Seed(Collection, Pod("a", "pending"));
        Start();
        await NextAsync<Relisted>();

        _server.Change(Collection + "/a", pod => pod["metadata"]!["labels"]!["gate"] = "released");

        Assert.Equal("a", (await NextAsync<Deleted>()).Object.Name());
    }

    [Fact]
    public async Task A_broken_connection_is_resumed_without_a_new_list_and_without_a_gap()
    {
        Start();
        await NextAsync<Relisted>();
        _server.Seed(Collection, Pod("a", "pending"));
        await NextAsync<Changed>();

        _server.CutConnections();
        _server.Seed(Collection, Pod("b", "pending"));

        Assert.Equal("b", (await NextAsync<Changed>()).Object.Name());
        Assert.Single(_server.Calls, call => !call.Target.Contains("watch=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bookmark_moves_the_place_from_which_a_broken_watch_resumes()
    {
        Start();
        await NextAsync<Relisted>();
        var last = Enumerable.Range(0, 5).Select(i => _server.Seed(Collection, Pod($"other-{i}", "open"))).Last().ResourceVersion()!;

        // None of these is selected, so that only a bookmark can tell how far the watch has come.
        for (var attempt = 0; !ResumedFrom(last); attempt++)
        {
            Assert.True(attempt < 500, $"the watch never resumed from {last}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), _stop.Token);
            _server.CutConnections();
        }

        Assert.All(_server.Calls.Where(call => call.Target.Contains("watch=true", StringComparison.Ordinal)), call => Assert.Contains("allowWatchBookmarks=true", call.Target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_410_the_collection_is_listed_again_from_the_most_recent_state()
    {
        Start();
        await NextAsync<Relisted>();

        _server.Seed(Collection, Pod("a", "pending"));
        await NextAsync<Changed>();
        _server.Remove(Collection + "/a");
        await NextAsync<Deleted>();
        _server.Seed(Collection, Pod("b", "pending"));
        _server.ForgetHistory();

        IResourceChange change;
        do
        {
            change = await NextAsync<IResourceChange>();
        }
        while (change is not Relisted);

        Assert.Equal("b", Assert.Single(((Relisted)change).Items).Name());
        Assert.DoesNotContain("resourceVersion", _server.Calls.Last(call => !call.Target.Contains("watch=true", StringComparison.Ordinal)).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_down_at_the_start_is_waited_for()
    {
        _server.Fail(new ApiFault((_, _) => true, 500, Times: 1));
        Start();

        await NextAsync<Relisted>();

        Assert.True(_server.Calls.Count >= 2, "the failed list was not repeated");
    }

    private bool ResumedFrom(string version) => _server.Calls.Any(call => call.Target.Contains("watch=true", StringComparison.Ordinal) && call.Target.Contains($"resourceVersion={version}", StringComparison.Ordinal));

    private static JsonObject Pod(string name, string gate) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["gate"] = gate } },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }) },
    };

    private void Start()
    {
        var reflector = new Reflector(
            _client, ResourceType.Pods, null, ListOptions.All with { LabelSelector = "gate=pending" }, TimeProvider.System, new Random(1), NullLogger.Instance);
        _run = reflector.RunAsync((change, cancellationToken) => _seen.Writer.WriteAsync(change, cancellationToken), _stop.Token);
    }

    private async Task<T> NextAsync<T>() => Assert.IsAssignableFrom<T>(await _seen.Reader.ReadAsync(_stop.Token));
}
