using System.Net;
using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    private ServedClient _served = null!;

    private ApiServer Server => _served.Server;

    private KubernetesClient Client => _served.Client;

    public async ValueTask InitializeAsync() => _served = await ServedClient.StartAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task An_object_that_is_created_can_be_read_patched_and_deleted()
    {
        await Client.CreateAsync(ResourceType.ConfigMaps, "shop", ConfigMap("settings"), CancellationToken.None);

        var patched = await Client.PatchAsync(
            ResourceType.ConfigMaps, "shop", "settings", KubernetesPatch.Merge(new JsonObject { ["data"] = new JsonObject { ["a"] = "b" } }), CancellationToken.None);
        await Client.DeleteAsync(ResourceType.ConfigMaps, "shop", "settings", patched.ResourceVersion(), CancellationToken.None);

        Assert.Equal("b", patched.Text("data", "a"));
        Assert.Null(await Client.FindAsync(ResourceType.ConfigMaps, "shop", "settings", CancellationToken.None));
    }

    [Theory]
    [InlineData("application/json-patch+json")]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/strategic-merge-patch+json")]
    [InlineData("application/apply-patch+yaml")]
    public async Task Every_patch_type_is_sent_under_its_own_media_type(string mediaType)
    {
        Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap("settings"));
        var change = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["data"] = new JsonObject { ["a"] = "b" } };
        var patch = mediaType switch
        {
            "application/json-patch+json" => KubernetesPatch.Json([new JsonObject { ["op"] = "add", ["path"] = "/data", ["value"] = new JsonObject { ["a"] = "b" } }]),
            "application/merge-patch+json" => KubernetesPatch.Merge(change),
            "application/strategic-merge-patch+json" => KubernetesPatch.Strategic(change),
            _ => KubernetesPatch.Apply(change, "promoter"),
        };

        var patched = await Client.PatchAsync(ResourceType.ConfigMaps, "shop", "settings", patch, CancellationToken.None);

        Assert.Equal("b", patched.Text("data", "a"));
        Assert.StartsWith(mediaType, Server.Calls.Last().ContentType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_resource_version_is_a_conflict()
    {
        var old = Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap("settings"));
        Server.Change("/api/v1/namespaces/shop/configmaps/settings", item => item["data"] = new JsonObject { ["x"] = "y" });

        var refused = await Assert.ThrowsAsync<KubernetesException>(
            () => Client.ReplaceAsync(ResourceType.ConfigMaps, "shop", "settings", old, CancellationToken.None));

        Assert.True(refused.IsConflict);
        Assert.False(refused.IsAlreadyExists);
    }

    [Fact]
    public async Task A_second_object_of_the_same_name_already_exists()
    {
        await Client.CreateAsync(ResourceType.ConfigMaps, "shop", ConfigMap("settings"), CancellationToken.None);

        var refused = await Assert.ThrowsAsync<KubernetesException>(
            () => Client.CreateAsync(ResourceType.ConfigMaps, "shop", ConfigMap("settings"), CancellationToken.None));

        Assert.True(refused.IsAlreadyExists);
        Assert.Contains("settings", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_read_page_by_page()
    {
        for (var i = 0; i < 7; i++) Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap($"settings-{i}"));

        var (items, _) = await Client.ListAsync(ResourceType.ConfigMaps, "shop", ListOptions.All with { PageSize = 3 }, CancellationToken.None);

        Assert.Equal(7, items.Count);
        Assert.Equal(3, Server.Calls.Count);
    }

    [Fact]
    public async Task A_list_whose_pages_expire_on_the_way_is_read_at_once()
    {
        for (var i = 0; i < 5; i++) Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap($"settings-{i}"));
        var asked = 0;
        Server.Fail(new ApiFault((_, _) => Interlocked.Increment(ref asked) == 2, 410));

        var (items, _) = await Client.ListAsync(ResourceType.ConfigMaps, "shop", ListOptions.All with { PageSize = 2 }, CancellationToken.None);

        Assert.Equal(5, items.Count);
        Assert.DoesNotContain("limit=", Server.Calls.Last().Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_refusal_that_says_when_to_come_back_is_repeated(int status)
    {
        Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap("settings"));
        Server.Fail(new ApiFault((_, _) => true, status, Times: 3) { RetryAfter = 0 });

        await Client.PatchAsync(ResourceType.ConfigMaps, "shop", "settings", KubernetesPatch.Merge([]), CancellationToken.None);

        Assert.Equal(4, Server.Calls.Count);
    }

    [Fact]
    public async Task A_refusal_that_does_not_say_when_is_the_callers_to_handle()
    {
        Server.Fail(new ApiFault((_, _) => true, 500));

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync(ResourceType.Pods, "shop", "web", CancellationToken.None));

        Assert.Equal(HttpStatusCode.InternalServerError, refused.Status);
        Assert.Single(Server.Calls);
    }

    [Fact]
    public async Task A_write_on_a_connection_that_breaks_is_not_repeated()
    {
        Server.Fail(new ApiFault((_, _) => true, Status: null));

        var broken = await Assert.ThrowsAsync<KubernetesException>(
            () => Client.CreateAsync(ResourceType.ConfigMaps, "shop", ConfigMap("settings"), CancellationToken.None));

        Assert.Null(broken.Status);
        Assert.Contains(Server.Url.ToString(), broken.Message, StringComparison.Ordinal);
        Assert.Single(Server.Calls);
    }

    [Fact]
    public async Task A_read_on_a_connection_that_breaks_is_repeated()
    {
        Server.Seed("/api/v1/namespaces/shop/configmaps", ConfigMap("settings"));
        Server.Fail(new ApiFault((_, _) => true, Status: null));

        var read = await Client.GetAsync(ResourceType.ConfigMaps, "shop", "settings", CancellationToken.None);

        Assert.Equal("settings", read.Name());
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task A_refusal_is_repeated_ten_times_and_then_the_callers()
    {
        Server.Fail(new ApiFault((_, _) => true, 429, Times: -1) { RetryAfter = 0 });

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync(ResourceType.Pods, "shop", "web", CancellationToken.None));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(11, Server.Calls.Count);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_ends_after_the_servers_own_limit_of_a_minute()
    {
        var time = new Promoter.Tests.ManualTime();
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = new Uri($"http://{silent.LocalEndpoint}/") }, time);

        var created = client.CreateAsync(ResourceType.ConfigMaps, "shop", ConfigMap("settings"), CancellationToken.None);
        using var accepted = await silent.AcceptTcpClientAsync();
        time.Advance(TimeSpan.FromSeconds(61));

        var late = await Assert.ThrowsAsync<KubernetesException>(() => created);
        Assert.Contains("60 seconds", late.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("leases", "coordination.k8s.io/v1", "Lease")]
    [InlineData("events", "v1", "Event")]
    [InlineData("jobs", "batch/v1", "Job")]
    [InlineData("secrets", "v1", "Secret")]
    public async Task Leases_events_jobs_and_secrets_are_written_as_their_schema_wants_them(string plural, string apiVersion, string kind)
    {
        var type = new[] { ResourceType.Leases, ResourceType.Events, ResourceType.Jobs, ResourceType.Secrets }.Single(one => one.Plural == plural);
        var written = new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = new JsonObject { ["name"] = "one" } };
        if (kind is "Event") written["involvedObject"] = new JsonObject { ["namespace"] = "shop" };
        if (kind is "Job") written["spec"] = new JsonObject { ["template"] = new JsonObject() };

        await Client.CreateAsync(type, "shop", written, CancellationToken.None);

        Assert.Equal((apiVersion, kind), (type.ApiVersion, type.Kind));
        Assert.Equal("one", (await Client.GetAsync(type, "shop", "one", CancellationToken.None)).Name());
        Assert.Single((await Client.ListAsync(type, "shop", ListOptions.All, CancellationToken.None)).Items);
    }

    [Fact]
    public async Task Vendors_version_suffixes_are_understood()
    {
        Server.Version = ("1", "27+");

        Assert.Equal((1, 27), await Client.VersionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_server_behind_a_path_prefix_is_asked_under_that_prefix()
    {
        using var client = new KubernetesClient(new KubernetesEndpoint { Server = new Uri(Server.Url, "prefix/") }, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(ResourceType.ConfigMaps, "shop", "settings", CancellationToken.None));

        Assert.True(refused.IsNotFound);
        Assert.Contains("/prefix/api/v1/namespaces/shop/configmaps/settings", Server.Calls.Single().Target, StringComparison.Ordinal);
    }

    private static JsonObject ConfigMap(string name) =>
        new() { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name } };
}
