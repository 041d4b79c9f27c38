using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class ResourceTypeTests
{
    [Fact]
    public void Paths_follow_the_api_conventions()
    {
        Assert.Equal("api/v1/pods", ResourceType.Pods.PathOf(ns: null));
        Assert.Equal("api/v1/namespaces/shop/pods/web/status", ResourceType.Pods.PathOf("shop", "web", "status"));
        Assert.Equal("apis/coordination.k8s.io/v1/namespaces/shop/leases/a", ResourceType.Leases.PathOf("shop", "a"));
    }

    [Fact]
    public void Names_cannot_leave_their_place_in_the_path()
    {
        Assert.Equal("api/v1/namespaces/..%2Fkube-system/pods/a%2Fb", ResourceType.Pods.PathOf("../kube-system", "a/b"));
    }
}
