using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Promoter.Kubernetes;

/// <summary>The connections to one API server, with client-go's time-outs.</summary>
internal static class KubernetesHandlers
{
    /// <param name="certificate">The client certificate to present now.</param>
    public static SocketsHttpHandler Create(KubernetesEndpoint endpoint, Func<X509Certificate2?> certificate)
    {
        var tls = new SslClientAuthenticationOptions
        {
            // The certificate of an exec plugin changes while the process runs, so that it is asked for at each handshake.
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate()!,
        };
        if (endpoint.SkipsVerification)
        {
#pragma warning disable CA5359, S4830 // The kubeconfig says insecure-skip-tls-verify: its owner decided.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359, S4830
        }
        else if (endpoint.Authorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return new SocketsHttpHandler
        {
            ConnectCallback = endpoint.ServerName is null ? null : (_, cancellationToken) => DialAsync(endpoint.Server, cancellationToken),
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            // Without an entry of its own the environment's HTTPS_PROXY and NO_PROXY hold, as for kubectl.
            Proxy = endpoint.Proxy is { } proxy ? new WebProxy(proxy) : null,
            UseProxy = !endpoint.Server.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            EnableMultipleHttp2Connections = true,
            // Finds out that the server is gone although a watch is silent (client-go: ReadIdleTimeout and PingTimeout).
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
        };
    }

    // The handler takes the name for the certificate from the address, so that under another name the address carries it and the dialling is done here.
    private static async ValueTask<Stream> DialAsync(Uri server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.DnsSafeHost, server.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
