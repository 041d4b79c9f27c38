using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Promoter.Admission.Health;
using Promoter.Admission.Reviews;
using Promoter.Admission.Status;
using Promoter.Admission.Telemetry;
using Promoter.Admission.Tls;
using Promoter.Telemetry;

namespace Promoter.Admission.Hosting;

/// <summary>Puts the web host together: two listeners, each with its own endpoints.</summary>
internal static class AdmissionHost
{
    public static WebApplication Build(ServeOptions options, AdmissionState state, Cluster? cluster, TimeProvider time, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var certificate = new ServerCertificate(options.Tls?.ReadClientAuthorities());
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        // Before Kestrel, which is a hosted service too: a listener without a certificate is worse than none.
        builder.Services.AddTls(options, certificate, cluster);
        builder.Services.AddAdmission(state, cluster, time);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ReviewBody.Limit;
            Listen(kestrel, options.Listen, listen => ListenForReviews(listen, options, certificate));
            Listen(kestrel, options.MetricsListen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Listener.Operations.Mark(listen);
            });
        });
        configure?.Invoke(builder);

        var app = builder.Build();
        // Measurements from before somebody first reads them count too.
        app.Services.GetRequiredService<PrometheusMetrics>();
        Gauges.Register(app.Services);
        var readiness = app.Services.GetRequiredService<Readiness>();
        var mutate = app.Services.GetRequiredService<MutateEndpoint>();
        app.MapWhen(Listener.Webhook.Accepted, branch => branch
            .Use((http, next) => CloseWhileDraining(readiness, http, next)).UseRouting().UseEndpoints(endpoints => endpoints.MapPost(MutateEndpoint.Path, mutate.AnswerAsync)));
        app.MapWhen(Listener.Operations.Accepted, branch => branch.UseRouting().UseEndpoints(endpoints =>
        {
            endpoints.MapProbes();
            endpoints.MapMetrics();
            endpoints.MapStatus();
        }));
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, IPEndPoint at, Action<ListenOptions> configure)
    {
        // Every address, of both families where the machine has both: a pod of an IPv6 cluster has none of IPv4, and a kernel may be without IPv6.
        if (at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any)) kestrel.ListenAnyIP(at.Port, configure);
        else kestrel.Listen(at, configure);
    }

    private static void ListenForReviews(ListenOptions listen, ServeOptions options, ServerCertificate certificate)
    {
        // The API server speaks HTTP/1.1 to webhooks behind a Service.
        listen.Protocols = HttpProtocols.Http1;
        if (options.Tls is not null) listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(certificate.Options) });
        Listener.Webhook.Mark(listen);
    }

    // API servers keep their connections: without this they would go on using one that is about to vanish.
    private static Task CloseWhileDraining(Readiness readiness, HttpContext http, RequestDelegate next)
    {
        if (readiness.IsDraining) http.Response.Headers.Connection = "close";
        return next(http);
    }
}
