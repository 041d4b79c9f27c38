using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Promoter.Admission.Tls;

/// <summary>The certificate that handshakes use now. Swapping it touches no connection: Kestrel's own reload restarts the endpoint and drops requests.</summary>
internal sealed class ServerCertificate(X509Certificate2Collection? clientAuthorities)
{
    private volatile SslServerAuthenticationOptions? _options;

    public X509Certificate2? Current { get; private set; }

    /// <summary>What a new connection gets.</summary>
    /// <exception cref="AuthenticationException">There is no certificate yet.</exception>
    public SslServerAuthenticationOptions Options => _options ?? throw new AuthenticationException("the webhook has no certificate yet");

    /// <summary>Uses a certificate and key from now on.</summary>
    /// <param name="chain">The certificate, and behind it the intermediates that clients need, as PEM.</param>
    /// <returns>False where it is the one in use.</returns>
    /// <exception cref="CryptographicException">They are no PEM, or do not belong together.</exception>
    public bool Use(string chain, string key)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(chain);
        using var ephemeral = Pair(chain, key);
        if (ephemeral.Thumbprint == Current?.Thumbprint) return false;

        // SslStream wants a key that it can find again; exporting and loading gives it one on every platform.
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, all, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
        if (clientAuthorities is not null)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(clientAuthorities);
            // Our own review shows the certificate that only we have the key of.
            options.RemoteCertificateValidationCallback = (_, shown, _, problems) => problems is SslPolicyErrors.None || shown?.GetCertHashString() == certificate.Thumbprint;
        }

        Current = certificate;
        _options = options;
        return true;
    }

    private static X509Certificate2 Pair(string chain, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(chain, key);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("the key is not the certificate's", e);
        }
    }
}
