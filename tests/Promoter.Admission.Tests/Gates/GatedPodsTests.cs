using System.Text.Json.Nodes;
using Promoter.Admission.Gates;
using Promoter.Tests.Kubernetes;

namespace Promoter.Admission.Tests.Gates;

/// <summary>The gates of a pod that changes between the moment in which it was seen and the one in which ours is taken away.</summary>
public sealed class GatedPodsTests : IAsyncLifetime
{
    private const string Ours = "promoter.dev/image-pending";
    private const string Path = "/api/v1/namespaces/shop/pods/web";
    private static readonly Dictionary<string, string> NoImages = new(StringComparer.Ordinal);
    private ServedClient _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ServedClient.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Where_ours_has_been_removed_meanwhile_the_gate_in_its_place_stays()
    {
        var seen = Seed(Ours, "example.com/other");
        Remove(0);

        Assert.False(await GatedPods.ReleaseAsync(_cluster.Client, seen, NoImages, CancellationToken.None));

        Assert.Equal(["example.com/other"], Gates());
    }

    [Fact]
    public async Task Where_ours_has_moved_meanwhile_it_is_found_and_removed()
    {
        var seen = Seed("example.com/first", "example.com/second", Ours);
        Remove(0);

        Assert.True(await GatedPods.ReleaseAsync(_cluster.Client, seen, NoImages, CancellationToken.None));

        Assert.Equal(["example.com/second"], Gates());
    }

    [Fact]
    public async Task A_new_pod_of_the_same_name_keeps_its_gates()
    {
        var seen = Seed(Ours);
        seen["metadata"]!["uid"] = "the pod before";

        Assert.False(await GatedPods.ReleaseAsync(_cluster.Client, seen, NoImages, CancellationToken.None));

        Assert.Equal([Ours], Gates());
    }

    private JsonObject Seed(params string[] gates)
    {
        _cluster.Server.Seed("/api/v1/namespaces/shop/pods", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "web" },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }),
                ["schedulingGates"] = new JsonArray([.. gates.Select(gate => (JsonNode)new JsonObject { ["name"] = gate })]),
            },
            ["status"] = new JsonObject { ["phase"] = "Pending" },
        });
        return _cluster.Server.Find(Path)!.DeepClone().AsObject();
    }

    private void Remove(int gate) => _cluster.Server.Change(Path, pod => pod["spec"]!["schedulingGates"]!.AsArray().RemoveAt(gate));

    private List<string> Gates() => [.. _cluster.Server.Find(Path)!["spec"]!["schedulingGates"]!.AsArray().Select(gate => gate!["name"]!.GetValue<string>())];
}
