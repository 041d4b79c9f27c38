using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Webhook;

/// <summary>A certificate and its key in two files, renewed as cert-manager and the kubelet do: each file replaced in one step.</summary>
internal sealed class ServingCertificate
{
    private readonly TemporaryFolder _work;

    public ServingCertificate(TemporaryFolder work)
    {
        _work = work;
        Renew();
    }

    public string CertificateFile => _work["tls.crt"];

    public string KeyFile => _work["tls.key"];

    public void Renew()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-1), now.AddDays(1));
        Replace(KeyFile, key.ExportPkcs8PrivateKeyPem());
        Replace(CertificateFile, certificate.ExportCertificatePem());
    }

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
