using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

/// <summary>A fake API server on loopback and a client of it; a test class starts one for each of its tests.</summary>
internal sealed class ServedClient : IAsyncDisposable
{
    private ServedClient(ApiServer server)
    {
        Server = server;
        Client = new KubernetesClient(new KubernetesEndpoint { Server = server.Url }, TimeProvider.System);
    }

    public ApiServer Server { get; }

    public KubernetesClient Client { get; }

    public static async Task<ServedClient> StartAsync() => new(await ApiServer.StartAsync());

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}
