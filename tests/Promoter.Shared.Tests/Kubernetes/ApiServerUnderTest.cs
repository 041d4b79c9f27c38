using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

/// <summary>
/// A client and a namespace of its own: on the fake API server, or on the real one that <c>PROMOTER_REAL_KUBERNETES</c> (a kubeconfig) names. What holds on both
/// is what other tests may believe of the fake.
/// </summary>
internal sealed class ApiServerUnderTest : IAsyncDisposable
{
    private static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace");
    private readonly ApiServer? _fake;

    private ApiServerUnderTest(ApiServer? fake, KubernetesEndpoint endpoint)
    {
        _fake = fake;
        Client = new KubernetesClient(endpoint, TimeProvider.System);
    }

    public KubernetesClient Client { get; }

    public string Namespace { get; } = $"contract-{Guid.NewGuid():n}"[..20];

    public static async Task<ApiServerUnderTest> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("PROMOTER_REAL_KUBERNETES") is not { Length: > 0 } kubeconfig)
        {
            var fake = await ApiServer.StartAsync();
            return new ApiServerUnderTest(fake, new KubernetesEndpoint { Server = fake.Url });
        }

        var served = new ApiServerUnderTest(null, Kubeconfig.Load(kubeconfig, null, Environment.GetEnvironmentVariable, TimeProvider.System));
        var ns = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = served.Namespace } };
        await served.Client.CreateAsync(Namespaces, null, ns, CancellationToken.None);
        return served;
    }

    public async ValueTask DisposeAsync()
    {
        if (_fake is null) await Client.DeleteAsync(Namespaces, null, Namespace, null, CancellationToken.None);
        Client.Dispose();
        if (_fake is not null) await _fake.DisposeAsync();
    }
}
