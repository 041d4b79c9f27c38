using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

/// <summary>How a cluster is found and spoken to over TLS: as a pod, and with a kubeconfig.</summary>
public sealed class ClusterConnectionTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("promoter-cluster").FullName;
    private X509Certificate2 _certificate = null!;
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _certificate = Certificate("CN=kube-apiserver", server: true);
        _server = await ApiServer.StartAsync(_certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_pod_uses_its_environment_its_volumes_CA_and_token_and_reads_the_token_again()
    {
        var time = new ManualTime();
        Write("ca.crt", _certificate.ExportCertificatePem());
        Write("namespace", "promoter\n");
        Write("token", "first\n");
        using var client = new KubernetesClient(InCluster.Load(Pod, time, _directory), time);

        await client.VersionAsync(CancellationToken.None);
        Write("token", "second\n");
        await client.VersionAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(61));
        await client.VersionAsync(CancellationToken.None);

        Assert.Equal("promoter", client.Namespace);
        Assert.Equal(["Bearer first", "Bearer first", "Bearer second"], _server.Calls.Select(call => call.Authorization));
    }

    [Fact]
    public async Task A_server_that_the_volumes_CA_did_not_sign_gets_no_token()
    {
        using var another = Certificate("CN=somebody", server: true);
        Write("ca.crt", another.ExportCertificatePem());
        Write("token", "secret");
        using var client = new KubernetesClient(InCluster.Load(Pod, TimeProvider.System, _directory), TimeProvider.System);

        await Assert.ThrowsAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None));

        Assert.Empty(_server.Calls);
    }

    [Theory]
    [InlineData("KUBERNETES_SERVICE_HOST", "This is not a pod")]
    [InlineData("KUBERNETES_SERVICE_PORT", "This is not a pod")]
    [InlineData("", "ca.crt")]
    public void What_a_pod_lacks_is_named(string missing, string expected)
    {
        var refused = Assert.Throws<KubernetesException>(() => InCluster.Load(name => name == missing ? null : Pod(name), TimeProvider.System, _directory));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.False(InCluster.IsAvailable(name => name == "KUBERNETES_SERVICE_HOST" ? "10.0.0.1" : null, _directory), "there is no token");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_kubeconfigs_client_certificate_is_shown_from_data_or_from_files(bool inline)
    {
        using var own = Certificate("CN=admin", server: false);
        var (pem, key) = (own.ExportCertificatePem(), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write("admin.crt", pem);
        Write("admin.key", key);
        var user = inline
            ? $"client-certificate-data: {Encode(pem)}, client-key-data: {Encode(key)}"
            : "client-certificate: admin.crt, client-key: admin.key";
        using var client = new KubernetesClient(Load($"certificate-authority-data: {Encode(_certificate.ExportCertificatePem())}", user), TimeProvider.System);

        await client.VersionAsync(CancellationToken.None);

        Assert.Equal("CN=admin", Assert.Single(_server.Calls).ClientSubject);
    }

    [Fact]
    public async Task An_exec_plugins_certificate_is_shown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the plugin is a shell script");
        using var own = Certificate("CN=plugin", server: false);
        var status = $$"""{ "clientCertificateData": "{{Escape(own.ExportCertificatePem())}}", "clientKeyData": "{{Escape(own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())}}" }""";
        var answer = $$"""{ "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {{status}} }""";
        var plugin = Write("plugin", $"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var client = new KubernetesClient(
            Load($"certificate-authority-data: {Encode(_certificate.ExportCertificatePem())}", "exec: { apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never }"),
            TimeProvider.System);

        await client.VersionAsync(CancellationToken.None);

        Assert.Equal("CN=plugin", Assert.Single(_server.Calls).ClientSubject);
    }

    [Theory]
    [InlineData("tls-server-name: kubernetes.example", true)]
    [InlineData("tls-server-name: another.example", false)]
    [InlineData("insecure-skip-tls-verify: true", true)]
    public async Task Names_are_checked_as_the_kubeconfig_says(string cluster, bool served)
    {
        var authority = cluster.StartsWith("insecure", StringComparison.Ordinal) ? "" : $", certificate-authority-data: {Encode(_certificate.ExportCertificatePem())}";
        using var client = new KubernetesClient(Load(cluster + authority, "token: abc"), TimeProvider.System);

        if (served) await client.VersionAsync(CancellationToken.None);
        else await Assert.ThrowsAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None));
        Assert.Equal(served ? 1 : 0, _server.Calls.Count);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Escape(string pem) => pem.ReplaceLineEndings("\\n");

    private static X509Certificate2 Certificate(string subject, bool server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddDnsName("kubernetes.example");
        if (server) request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: server, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private string? Pod(string variable) => variable switch
    {
        "KUBERNETES_SERVICE_HOST" => "127.0.0.1",
        "KUBERNETES_SERVICE_PORT" => _server.Url.Port.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private KubernetesEndpoint Load(string cluster, string user) => Kubeconfig.Load(
        Write("config", $$"""
            current-context: c
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            clusters: [{ name: c, cluster: { server: "https://127.0.0.1:{{_server.Url.Port}}", {{cluster}} } }]
            users: [{ name: u, user: { {{user}} } }]
            """),
        null,
        _ => null,
        TimeProvider.System);
}
