using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Promoter.Emulator.Hosting;

/// <summary>One loopback port and what answers on it; which listener a request came in by is how an account is told from another.</summary>
internal sealed class Listener(string name, RequestDelegate handle)
{
    public string Name { get; } = name;

    public RequestDelegate Handle { get; } = handle;

    /// <summary>The port asked for (0: any); after the start, the port bound.</summary>
    public int Port { get; set; }

    public bool Tls { get; init; }

    /// <summary>HTTP/2 needs TLS here, as with real registries; layer buckets speak HTTP/1.1 only.</summary>
    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1AndHttp2;

    public string Host => $"127.0.0.1:{Port}";

    public Uri Endpoint => new($"{(Tls ? "https" : "http")}://{Host}/");
}
