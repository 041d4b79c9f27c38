using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Hosting;

namespace Promoter.Admission.Tests.Support;

/// <summary>A running webhook process, its engine replaced, everything else real.</summary>
internal sealed class Webhook : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler());

    private Webhook(WebApplication app, FakeEngine engine)
    {
        _app = app;
        Engine = engine;
    }

    public FakeEngine Engine { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Url => new(_app.Urls.First());

    public Uri OperationsUrl => new(_app.Urls.ElementAt(1));

    public static async Task<Webhook> StartAsync(
        AdmissionConfig? config = null, ImagePairing? pairing = null, FakeEngine? engine = null, Cluster? cluster = null, TimeProvider? time = null,
        Action<WebApplicationBuilder>? configure = null, TlsOptions? tls = null, IPAddress? address = null)
    {
        engine ??= new FakeEngine();
        var state = new AdmissionState(new AdmissionSettings(config ?? new AdmissionConfig(), pairing ?? Rules.Pairing(), engine), "promoter");
        var options = new ServeOptions
        {
            ConfigFile = "unused",
            Listen = new IPEndPoint(address ?? IPAddress.Loopback, 0),
            MetricsListen = new IPEndPoint(address ?? IPAddress.Loopback, 0),
            ShutdownDelay = TimeSpan.Zero,
            Tls = tls,
        };
        var app = AdmissionHost.Build(options, state, cluster, time ?? TimeProvider.System, builder =>
        {
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        return new Webhook(app, engine);
    }

    public Task<ReviewAnswer> ReviewAsync(JsonObject review, string timeout = "10s") => ReviewAsync(System.Text.Encoding.UTF8.GetBytes(review.ToJsonString()), timeout);

    public async Task<ReviewAnswer> ReviewAsync(byte[] body, string timeout = "10s")
    {
        using var answer = await PostAsync(body, timeout);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"the webhook answered {(int)answer.StatusCode}: {text}");
        return ReviewAnswer.Read(text);
    }

    /// <summary>A review over TLS and a new connection, by a client that trusts one authority and expects one name, as API servers do.</summary>
    public async Task<ReviewAnswer> ReviewAsync(X509Certificate2Collection authorities, string serverName, JsonObject review, X509Certificate2? clientCertificate = null)
    {
        using var client = Connect(authorities, clientCertificate);
        return await ReviewAsync(client, serverName, review);
    }

    /// <summary>The same over whatever connections the client has.</summary>
    public static async Task<ReviewAnswer> ReviewAsync(HttpClient client, string serverName, JsonObject review)
    {
        using var content = new StringContent(review.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"https://{serverName}/mutate?timeout=10s"), content);
        return ReviewAnswer.Read(await answer.Content.ReadAsStringAsync());
    }

    public HttpClient Connect(X509Certificate2Collection authorities, X509Certificate2? clientCertificate = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        // The name goes into the address, so that it is asked for and checked; the connection goes to the loopback port.
        handler.ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Url.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        if (clientCertificate is not null) handler.SslOptions.ClientCertificates = [clientCertificate];
        return new HttpClient(handler);
    }

    public async Task<HttpResponseMessage> PostAsync(byte[] body, string timeout = "10s", string contentType = "application/json")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, $"/mutate?timeout={timeout}")) { Content = content };
        // A refused body must not be cut off while it is still being sent.
        request.Headers.ExpectContinue = body.Length > 1 << 20;
        return await _http.SendAsync(request);
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(OperationsUrl, path));

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(OperationsUrl, path));
        return answer.StatusCode;
    }

    /// <summary>Ends the process in order, as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }
}
