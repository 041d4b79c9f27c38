using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Promoter.Admission.Hosting;

/// <summary>Puts the web host together: two listeners, each with its own endpoints.</summary>
internal static class AdmissionHost
{
    public static WebApplication Build(ServeOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, Listener.Webhook.Mark);
            kestrel.Listen(options.MetricsListen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Listener.Operations.Mark(listen);
            });
        });

        var app = builder.Build();
        app.MapWhen(Listener.Operations.Accepted, branch => branch.UseRouting().UseEndpoints(endpoints => endpoints.MapProbes()));
        return app;
    }
}
