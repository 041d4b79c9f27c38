using System.Text.Json.Nodes;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class FakeApiServerTests
{
    /// <summary>The real one drops it and warns, which nobody would see.</summary>
    [Fact]
    public async Task A_field_that_the_schema_does_not_have_is_refused()
    {
        await using var served = await ServedClient.StartAsync();
        var lease = new JsonObject
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["spec"] = new JsonObject { ["holder"] = "x" },
        };

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => served.Client.CreateAsync(ResourceType.Leases, "ns", lease, CancellationToken.None));

        Assert.True(refused.IsInvalid);
        Assert.Contains("holder", refused.Message, StringComparison.Ordinal);
    }
}
