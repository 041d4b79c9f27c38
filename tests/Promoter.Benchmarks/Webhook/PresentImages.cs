using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Promoter.Benchmarks.Webhook;

/// <summary>A target registry that has every image; the webhook asks it once per image and then remembers.</summary>
internal sealed class PresentImages : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PresentImages(WebApplication app)
    {
        _app = app;
        app.Run(AnswerAsync);
    }

    public string Url => _app.Urls.First();

    public static async Task<PresentImages> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var registry = new PresentImages(builder.Build());
        await registry._app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        var reference = path[(path.LastIndexOf('/') + 1)..];
        http.Response.Headers["Docker-Content-Digest"] = reference.StartsWith("sha256:", StringComparison.Ordinal)
            ? reference
            : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
        http.Response.ContentType = "application/vnd.oci.image.index.v1+json";
        http.Response.ContentLength = 1000;
        return Task.CompletedTask;
    }
}
