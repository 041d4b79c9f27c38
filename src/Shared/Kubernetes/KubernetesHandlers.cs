using System.Net;
using System.Net.Security;
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
        if (endpoint.ServerName is { } name) tls.TargetHost = name;
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
}
