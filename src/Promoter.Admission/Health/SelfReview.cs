using System.Net;
using System.Net.Security;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Promoter.Admission.Reviews;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Health;

/// <summary>
/// Sends one review to the own door before readiness: it compiles what the first real one would otherwise wait for (measured: 150 ms become 5), and proves
/// that certificate and listener work.
/// </summary>
internal sealed partial class SelfReview(IServer server, ServerCertificate certificate, Readiness readiness, ILogger<SelfReview> logger) : IHostedLifecycleService
{
    private const string Uid = "self-review";

    private const string Body =
        $$$"""
        {"kind":"AdmissionReview","apiVersion":"{{{AdmissionReview.ApiVersion}}}","request":{"uid":"{{{Uid}}}","operation":"CREATE","dryRun":true,"namespace":"promoter-self-review",
        "resource":{"group":"","version":"v1","resource":"pods"},"object":{"metadata":{"generateName":"self-"},"spec":{"containers":[{"name":"self","image":"self-review.invalid/promoter:1"}]}},"oldObject":null}}
        """;

    /// <summary>The chart's startup probe has to leave at least this much.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        await ReviewAsync(new UriBuilder(address) { Host = Loopback(address), Path = MutateEndpoint.Path, Query = "timeout=10s" }.Uri, cancellationToken);
        readiness.Start();
        LogReady(logger, address, new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ElementAt(1)));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Loopback(Uri address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? address.Host : "127.0.0.1";

    private async Task ReviewAsync(Uri address, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        // We know the certificate itself; its name is the Service's, not this address.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, problems) =>
            problems is SslPolicyErrors.None || shown?.GetCertHashString() == certificate.Current?.Thumbprint;
        // Where callers need a certificate, ours is known by its key.
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate.Current!;
        using var client = new HttpClient(handler) { Timeout = Patience };
        using var content = new StringContent(Body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(address, content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode || !text.Contains(Uid, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"the webhook does not answer its own review: {(int)answer.StatusCode} {text}");
        }
    }

    [LoggerMessage(5201, LogLevel.Information, "Ready: reviews are answered at {Address}, metrics and status at {Operations}")]
    private static partial void LogReady(ILogger logger, Uri address, Uri operations);
}
