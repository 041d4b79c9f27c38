using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Promoter.Emulator.Hosting;

/// <summary>One Kestrel with several loopback listeners; it stops at once, whatever hangs.</summary>
internal sealed class LoopbackHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly List<ListenOptions> _bound = [];
    private readonly X509Certificate2? _certificate;
    private readonly CancellationTokenSource _stopping = new();

    private LoopbackHost(IReadOnlyList<Listener> listeners)
    {
        _certificate = listeners.Any(l => l.Tls) ? SelfSignedCertificate.Create() : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, listeners));
        // A flush ends when the bytes are with the kernel, so that a connection which is cut after N bytes has really sent N bytes.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxWriteBufferSize = 1);
        builder.Services.AddSingleton<IHostLifetime, UnattendedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        _application = builder.Build();
        _application.Run(context => context.Features.GetRequiredFeature<Listener>().Handle(context));
    }

    /// <summary>Cancelled when the host stops: what stalls on purpose lets go.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The certificate of the TLS listeners, in no trust store; null without TLS.</summary>
    public X509Certificate2? Certificate => _certificate;

    public static async Task<LoopbackHost> StartAsync(params IReadOnlyList<Listener> listeners)
    {
        var host = new LoopbackHost(listeners);
        await host._application.StartAsync();
        foreach (var (listener, bound) in listeners.Zip(host._bound)) listener.Port = bound.IPEndPoint!.Port;
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _certificate?.Dispose();
        _stopping.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel, IReadOnlyList<Listener> listeners)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        foreach (var listener in listeners)
        {
            kestrel.Listen(IPAddress.Loopback, listener.Port, options =>
            {
                _bound.Add(options);
                options.Protocols = listener.Tls ? listener.Protocols : HttpProtocols.Http1;
                options.Use(next => connection =>
                {
                    connection.Features.Set(listener);
                    return next(connection);
                });
                if (listener.Tls) options.UseHttps(_certificate!);
            });
        }
    }

    // The process's signals belong to the test runner, or to the program around us.
    private sealed class UnattendedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
