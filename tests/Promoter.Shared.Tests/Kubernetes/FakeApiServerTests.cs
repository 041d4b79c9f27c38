using System.Net;
using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Shared.Tests.Kubernetes;

/// <summary>That the fake API server refuses what the real one refuses: a test against a server that takes everything proves nothing.</summary>
public sealed class FakeApiServerTests : IAsyncLifetime
{
    private ServedClient _served = null!;

    private ApiServer Server => _served.Server;

    private KubernetesClient Client => _served.Client;

    public async ValueTask InitializeAsync() => _served = await ServedClient.StartAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task A_field_that_the_schema_does_not_have_is_refused()
    {
        var lease = Lease("a");
        lease["spec"]!["holder"] = "x";

        Assert.Contains("holder", await RefusalAsync(HttpStatusCode.BadRequest, Client.CreateAsync(ResourceType.Leases, "ns", lease, CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_is_created_names_no_resource_version_and_a_lease_that_is_replaced_does()
    {
        var created = await Client.CreateAsync(ResourceType.Leases, "ns", Lease("a"), CancellationToken.None);
        var again = created.DeepClone().AsObject();
        again["metadata"]!["name"] = "b";
        var unconditional = created.DeepClone().AsObject();
        unconditional["metadata"]!.AsObject().Remove("resourceVersion");

        await RefusalAsync(HttpStatusCode.BadRequest, Client.CreateAsync(ResourceType.Leases, "ns", again, CancellationToken.None));
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.ReplaceAsync(ResourceType.Leases, "ns", "a", unconditional, CancellationToken.None));
    }

    [Fact]
    public async Task Of_two_writers_the_slower_one_meets_a_conflict_and_a_deletion_with_an_old_version_too()
    {
        var first = await Client.CreateAsync(ResourceType.Leases, "ns", Lease("a"), CancellationToken.None);
        var changed = first.DeepClone().AsObject();
        changed["spec"]!["holderIdentity"] = "second";
        await Client.ReplaceAsync(ResourceType.Leases, "ns", "a", changed, CancellationToken.None);

        changed["spec"]!["holderIdentity"] = "third";
        await RefusalAsync(HttpStatusCode.Conflict, Client.ReplaceAsync(ResourceType.Leases, "ns", "a", changed, CancellationToken.None));
        await RefusalAsync(HttpStatusCode.Conflict, Client.DeleteAsync(ResourceType.Leases, "ns", "a", first.ResourceVersion(), CancellationToken.None));
    }

    [Fact]
    public async Task A_watch_from_before_the_compaction_is_told_that_it_is_gone()
    {
        var created = await Client.CreateAsync(ResourceType.Leases, "ns", Lease("a"), CancellationToken.None);
        Server.ForgetHistory();

        var gone = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in Client.WatchAsync(ResourceType.Leases, "ns", ListOptions.All, created.ResourceVersion()!, TimeSpan.FromSeconds(5), CancellationToken.None)) Assert.Fail("an event came");
        });

        Assert.True(gone.IsExpired);
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

        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.CreateAsync(ResourceType.Leases, "ns", endless, CancellationToken.None));
        await RefusalAsync(HttpStatusCode.BadRequest, Client.CreateAsync(ResourceType.Leases, "ns", coarse, CancellationToken.None));
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.CreateAsync(ResourceType.Events, "ns", elsewhere, CancellationToken.None));
        var byLabel = ListOptions.All with { FieldSelector = "metadata.labels=a" };
        await RefusalAsync(HttpStatusCode.BadRequest, Client.ListPageAsync(ResourceType.Pods, null, byLabel, null, CancellationToken.None));
    }

    [Fact]
    public async Task Gates_are_only_ever_removed_and_a_pod_with_gates_is_bound_to_no_node()
    {
        var bound = Pod("bound");
        bound["spec"]!["nodeName"] = "node-1";
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.CreateAsync(ResourceType.Pods, "ns", bound, CancellationToken.None));
        await Client.CreateAsync(ResourceType.Pods, "ns", Pod("web"), CancellationToken.None);

        var add = new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "/spec/schedulingGates/-", ["value"] = new JsonObject { ["name"] = "example.com/other" } });
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.PatchAsync(ResourceType.Pods, "ns", "web", KubernetesPatch.Json(add), CancellationToken.None));
        var rename = new JsonObject { ["spec"] = new JsonObject { ["hostname"] = "x" } };
        await RefusalAsync(HttpStatusCode.UnprocessableEntity, Client.PatchAsync(ResourceType.Pods, "ns", "web", KubernetesPatch.Merge(rename), CancellationToken.None));
    }

    private static async Task<string> RefusalAsync(HttpStatusCode status, Task request)
    {
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => request);
        Assert.Equal(status, refused.Status);
        return refused.Message;
    }

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
