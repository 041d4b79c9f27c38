using Microsoft.AspNetCore.Server.Kestrel.Core;
using Promoter.Admission.Reviews;

namespace Promoter.Admission.Hosting;

/// <summary>Puts the web host together: two listeners, each with its own endpoints.</summary>
internal static class AdmissionHost
{
    public static WebApplication Build(ServeOptions options, AdmissionState state, Cluster? cluster, TimeProvider time, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.AddAdmission(state, cluster, time);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ReviewBody.Limit;
            kestrel.Listen(options.Listen, Listener.Webhook.Mark);
            kestrel.Listen(options.MetricsListen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Listener.Operations.Mark(listen);
            });
        });
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapWhen(Listener.Webhook.Accepted, branch => branch.UseRouting().UseEndpoints(endpoints => endpoints.MapMutate()));
        app.MapWhen(Listener.Operations.Accepted, branch => branch.UseRouting().UseEndpoints(endpoints => endpoints.MapProbes()));
        return app;
    }
}
