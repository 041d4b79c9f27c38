using System.Net;
using System.Text.Json.Nodes;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

/// <summary>
/// That the fake API server refuses what the real one refuses, and answers as it does: a test against a server that takes everything proves nothing.
/// <c>make real-kubernetes</c> runs the same against the real one.
/// </summary>
public sealed class ApiServerContractTests : IAsyncLifetime
{
    private ApiServerUnderTest _server = null!;

    private KubernetesClient Client => _server.Client;

    private string Namespace => _server.Namespace;

    public async ValueTask InitializeAsync() => _server = await ApiServerUnderTest.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_object_that_is_created_names_no_resource_version_and_a_lease_that_is_replaced_does()
    {
        var created = await CreateAsync(ResourceType.Leases, Lease("a"));
        var again = created.DeepClone().AsObject();
        again["metadata"]!["name"] = "b";
        var unconditional = created.DeepClone().AsObject();
        unconditional["metadata"]!.AsObject().Remove("resourceVersion");

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => CreateAsync(ResourceType.Leases, again));
        Assert.Contains("resourceVersion should not be set on objects to be created", refused.Message, StringComparison.Ordinal);
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", unconditional, CancellationToken.None));
    }

    [Fact]
    public async Task Of_two_writers_the_slower_one_meets_a_conflict_and_a_deletion_with_an_old_version_too()
    {
        var first = await CreateAsync(ResourceType.Leases, Lease("a"));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => CreateAsync(ResourceType.Leases, Lease("a")))).IsAlreadyExists);
        var changed = first.DeepClone().AsObject();
        changed["spec"]!["holderIdentity"] = "second";
        await Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", changed, CancellationToken.None);

        changed["spec"]!["holderIdentity"] = "third";
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", changed, CancellationToken.None))).IsConflict);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.DeleteAsync(ResourceType.Leases, Namespace, "a", first.ResourceVersion(), CancellationToken.None))).IsConflict);
        await Client.DeleteAsync(ResourceType.Leases, Namespace, "a", null, CancellationToken.None);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.DeleteAsync(ResourceType.Leases, Namespace, "a", null, CancellationToken.None))).IsNotFound);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", changed, CancellationToken.None))) is { IsNotFound: true } or { IsConflict: true });
    }

    [Fact]
    public async Task A_watch_from_before_the_compaction_is_told_so_by_an_event()
    {
        await CreateAsync(ResourceType.Leases, Lease("a"));

        var gone = await Assert.ThrowsAsync<KubernetesException>(() => FirstEventAsync(ResourceType.Leases, "1"));

        Assert.True(gone.IsExpired, gone.Message);
        Assert.StartsWith("watch:", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_brings_what_came_after_its_version()
    {
        var first = await CreateAsync(ResourceType.Leases, Lease("a"));
        await CreateAsync(ResourceType.Leases, Lease("b"));

        var (kind, item) = await FirstEventAsync(ResourceType.Leases, first.ResourceVersion()!);

        Assert.Equal((WatchEventKind.Added, "b", "Lease"), (kind, item.Name(), item.Text("kind")));
    }

    [Fact]
    public async Task A_list_says_once_what_its_items_are_and_comes_in_pages()
    {
        foreach (var name in (string[])["a", "b", "c"]) await CreateAsync(ResourceType.Leases, Lease(name));

        var page = await Client.ListPageAsync(ResourceType.Leases, Namespace, ListOptions.All with { PageSize = 2 }, null, CancellationToken.None);
        var (all, _) = await Client.ListAsync(ResourceType.Leases, Namespace, ListOptions.All with { PageSize = 2 }, CancellationToken.None);
        var (cached, _) = await Client.ListAsync(ResourceType.Leases, Namespace, ListOptions.All with { PageSize = 2, ResourceVersion = "0" }, CancellationToken.None);

        Assert.Equal(("LeaseList", "coordination.k8s.io/v1"), (page.Text("kind"), page.Text("apiVersion")));
        Assert.Equal(2, page.Items("items").Count());
        Assert.All(page.Items("items"), item => Assert.True(item.Text("kind") is null && item.Text("apiVersion") is null, item.ToJsonString()));
        Assert.Equal(["a", "b", "c"], all.Select(item => item.Name()));
        // From the cache they come in any order, and what was made last may be missing yet.
        Assert.Subset(new HashSet<string>(["a", "b", "c"]), cached.Select(item => item.Name()).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_item_of_a_list_can_be_written_back_as_it_is_and_what_changes_nothing_makes_no_version()
    {
        await CreateAsync(ResourceType.Leases, Lease("a"));
        var (items, _) = await Client.ListAsync(ResourceType.Leases, Namespace, ListOptions.All, CancellationToken.None);
        var item = Assert.Single(items);

        var written = await Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", item.DeepClone().AsObject(), CancellationToken.None);
        Assert.Equal(item.ResourceVersion(), written.ResourceVersion());

        item["spec"]!["holderIdentity"] = "second";
        Assert.NotEqual(item.ResourceVersion(), (await Client.ReplaceAsync(ResourceType.Leases, Namespace, "a", item, CancellationToken.None)).ResourceVersion());
    }

    [Fact]
    public async Task What_kubernetes_checks_beyond_the_schema_is_checked()
    {
        var endless = Lease("a");
        endless["spec"]!["leaseDurationSeconds"] = 0;
        var coarse = Lease("b");
        coarse["spec"]!["renewTime"] = "2026-01-01T00:00:00Z";
        var elsewhere = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["involvedObject"] = new JsonObject { ["namespace"] = "other" },
        };

        await RefusalAsync(HttpStatusCode.UnprocessableEntity, CreateAsync(ResourceType.Leases, endless));
        await RefusalAsync(HttpStatusCode.BadRequest, CreateAsync(ResourceType.Leases, coarse));
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, CreateAsync(ResourceType.Events, elsewhere));
        var byLabel = ListOptions.All with { FieldSelector = "metadata.labels=a" };
        await RefusalAsync(HttpStatusCode.BadRequest, Client.ListPageAsync(ResourceType.Pods, null, byLabel, null, CancellationToken.None));
    }

    [Fact]
    public async Task Gates_are_only_ever_removed_and_a_pod_with_gates_is_bound_to_no_node()
    {
        await NeedGatesAsync();
        var bound = Pod("bound");
        bound["spec"]!["nodeName"] = "node-1";
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, CreateAsync(ResourceType.Pods, bound));
        await CreateAsync(ResourceType.Pods, Pod("web"));

        var add = new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "/spec/schedulingGates/-", ["value"] = new JsonObject { ["name"] = "example.com/other" } });
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, PatchAsync("web", KubernetesPatch.Json(add)));
        var rename = new JsonObject { ["spec"] = new JsonObject { ["hostname"] = "x" } };
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, PatchAsync("web", KubernetesPatch.Merge(rename)));
    }

    [Fact]
    public async Task A_patch_whose_test_fails_or_that_removes_what_is_not_there_is_invalid_and_a_gate_that_goes_leaves_the_condition()
    {
        await NeedGatesAsync();
        var pod = await CreateAsync(ResourceType.Pods, Pod("web"));
        Assert.Contains(pod.Items("status", "conditions"), condition => condition.Text("reason") is "SchedulingGated");
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, PatchAsync("web", KubernetesPatch.Json(RemovalOf(0, "example.com/other"))));
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, PatchAsync("web", KubernetesPatch.Json(RemovalOf(1, "promoter.dev/image-pending"))));
        var released = await PatchAsync("web", KubernetesPatch.Json(RemovalOf(0, "promoter.dev/image-pending")));

        Assert.Empty(released.Items("spec", "schedulingGates"));
        // It is the scheduler that takes it back.
        Assert.Contains(released.Items("status", "conditions"), condition => condition.Text("reason") is "SchedulingGated");
    }

    [Fact]
    public async Task A_condition_is_merged_by_its_type_and_changes_nothing_but_the_status()
    {
        var before = await CreateAsync(ResourceType.Pods, Pod("web"));
        var change = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["unseen"] = "x" } },
            ["spec"] = new JsonObject { ["hostname"] = "x" },
            ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "promoter.dev/ImagesPromoted", ["status"] = "False", ["reason"] = "Promoting" }) },
        };

        var pod = await PatchAsync("web", KubernetesPatch.Strategic(change), "status");

        Assert.Single(pod.Items("status", "conditions"), condition => condition.Text("type") is "promoter.dev/ImagesPromoted");
        Assert.Equal(before.Items("status", "conditions").Count() + 1, pod.Items("status", "conditions").Count());
        Assert.Null(pod.At("spec", "hostname"));
    }

    [Fact]
    public async Task A_name_can_be_generated_and_the_server_answers_what_one_may()
    {
        var pod = Pod("unused");
        pod["metadata"] = new JsonObject { ["generateName"] = "web-" };

        Assert.StartsWith("web-", (await CreateAsync(ResourceType.Pods, pod)).Name(), StringComparison.Ordinal);
        Assert.True(await Client.MayAsync("patch", ResourceType.Pods, null, CancellationToken.None));
        Assert.True((await Client.VersionAsync(CancellationToken.None)).CompareTo((1, 26)) >= 0);
    }

    private async Task NeedGatesAsync() =>
        Assert.SkipUnless((await Client.VersionAsync(CancellationToken.None)).CompareTo((1, 27)) >= 0, "this API server has no scheduling gates");

    private static async Task RefusalAsync(HttpStatusCode status, Task request)
    {
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => request);
        Assert.True(refused.Status == status, $"{refused.Status} instead of {status}: {refused.Message}");
    }

    private Task<JsonObject> CreateAsync(ResourceType type, JsonObject item) => Client.CreateAsync(type, Namespace, item, CancellationToken.None);

    private Task<JsonObject> PatchAsync(string name, KubernetesPatch patch, string? subresource = null) =>
        Client.PatchAsync(ResourceType.Pods, Namespace, name, patch, CancellationToken.None, subresource);

    private async Task<WatchEvent> FirstEventAsync(ResourceType type, string version)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var events = Client.WatchAsync(type, Namespace, ListOptions.All, version, TimeSpan.FromSeconds(20), bound.Token).GetAsyncEnumerator(bound.Token);
        Assert.True(await events.MoveNextAsync(), "the watch ended without an event");
        return events.Current;
    }

    private static JsonArray RemovalOf(int index, string name) =>
    [
        new JsonObject { ["op"] = "test", ["path"] = $"/spec/schedulingGates/{index}/name", ["value"] = name },
        new JsonObject { ["op"] = "remove", ["path"] = $"/spec/schedulingGates/{index}" },
    ];

    private static JsonObject Lease(string name) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["holderIdentity"] = "first", ["leaseDurationSeconds"] = 15 },
    };

    private static JsonObject Pod(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }),
            ["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "promoter.dev/image-pending" }),
        },
    };
}
