using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Promoter.Benchmarks.Webhook;

/// <summary>
/// What any ASP.NET Core program has to do for the same call: an otherwise empty minimal API that takes TLS, reads the whole body and answers with a fixed
/// AdmissionReview.
/// </summary>
internal static class BaselineServer
{
    private static readonly byte[] Answer = """{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":true}}"""u8.ToArray();

    /// <summary>Serves until the process is ended; prints its address first.</summary>
    public static async Task<int> RunAsync(string certificate, string key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(X509CertificateLoader.LoadPkcs12(X509Certificate2.CreateFromPemFile(certificate, key).Export(X509ContentType.Pkcs12), null));
        }));
        await using var app = builder.Build();
        app.MapPost("/mutate", async (HttpContext http) =>
        {
            using var body = new MemoryStream((int)(http.Request.ContentLength ?? 0));
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(Answer, http.RequestAborted);
        });
        await app.StartAsync();
        await Console.Out.WriteLineAsync($"listening at {app.Urls.First()}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
