using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>A loopback server whose answers a test writes itself: for what no honest registry would say.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private StubServer(WebApplication application) => _application = application;

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public string Host => Url.Authority;

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    /// <summary>Clients of servers like this one, whose retries do not dawdle.</summary>
    public static RegistryClients Clients(IRegistryCredentials? credentials = null, RegistryClientOptions? options = null) =>
        new(credentials ?? new FixedCredentials(), [], options ?? Scene.FastRetries, [], TimeProvider.System, NullLoggerFactory.Instance, () => 0.5);

    public static async Task<StubServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        ListenOptions? bound = null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, options => bound = options));
        var server = new StubServer(builder.Build());
        server._application.Run(async context =>
        {
            server._seen.Enqueue(new SeenRequest(
                context.Request.Method, context.Request.Path + context.Request.QueryString.Value, context.Request.Headers.Authorization.ToString(), context.Request.Headers.Range.ToString()));
            await answer(context);
        });
        await server._application.StartAsync();
        server.Url = new Uri($"http://127.0.0.1:{bound!.IPEndPoint!.Port}");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }

    internal sealed record SeenRequest(string Method, string Target, string Authorization, string Range);
}
