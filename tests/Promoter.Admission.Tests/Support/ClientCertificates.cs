using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Tests.Support;

/// <summary>A CA of callers and a certificate that it signed for one.</summary>
internal static class ClientCertificates
{
    public static (string Authority, X509Certificate2 Certificate) Create(DateTimeOffset now)
    {
        var authority = CertificateAuthority.CreateAuthority(now);
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate, authority.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        using var signed = request.Create(issuer, now.AddMinutes(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(16));
        return (authority.Certificate, signed.CopyWithPrivateKey(key));
    }
}
