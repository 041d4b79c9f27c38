using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Promoter.Admission.Tls;

/// <summary>A certificate with its key, as PEM.</summary>
internal sealed record PemPair(string Certificate, string Key);

/// <summary>Makes the webhook's own CA and the certificates that it signs.</summary>
internal static class CertificateAuthority
{
    public static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(365);
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(90);

    /// <summary>Clocks of API server and pod may differ.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(10);

    public static PemPair CreateAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // The serial in the name keeps two authorities of an overlap apart for whoever looks them up by name.
        var request = new CertificateRequest($"CN=promoter-admission-ca-{now:yyyyMMddHHmmss}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - Backdated, now + AuthorityLifetime);
        return new PemPair(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <param name="names">DNS names; the API server checks <c>service.namespace.svc</c> and looks at SANs only.</param>
    public static PemPair CreateLeaf(PemPair authority, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate, authority.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());

        var end = now + LeafLifetime;
        var last = new DateTimeOffset(issuer.NotAfter);
        using var certificate = request.Create(issuer, now - Backdated, end < last ? end : last, RandomNumberGenerator.GetBytes(16));
        return new PemPair(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
