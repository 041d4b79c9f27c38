using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

/// <summary>
/// The product as it is installed: images that the promoter itself promoted, pulled by containerd, and run as a pod with Kubernetes' restricted security
/// context runs them.
/// </summary>
[Collection(nameof(ImageTestsGroup))]
public sealed partial class RunningImageTests(BuiltImages images) : IAsyncLifetime
{
    private DistributionRegistry _target = null!;
    private Containerd _containerd = null!;

    public async ValueTask InitializeAsync()
    {
        _containerd = await Containerd.StartAsync();
        _target = await DistributionRegistry.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_containerd is not null) await _containerd.DisposeAsync();
        if (_target is not null) await _target.DisposeAsync();
    }

    [Fact]
    public async Task The_promoted_image_runs_and_promotes_another_from_inside_its_container()
    {
        var registry = await images.RegistryAsync();
        var image = await PromoteAsync("promoter");
        await using var further = await DistributionRegistry.StartAsync();
        using var folder = new TemporaryFolder();
        folder.Write("promotion.yaml", Configuration(registry, further));
        await MakeReadableAsync(folder);

        var version = (await _containerd.TryRunRestrictedAsync(image, folder: null, "/app/promoter", "--version")).EnsureSuccess();
        var admission = further.Reference($"promoter-admission:{BuiltImages.Tag}");
        string[] promote = ["/app/promoter", "promote", admission, "--config", "/etc/promoter/promotion.yaml"];
        var first = (await _containerd.TryRunRestrictedAsync(image, folder.Path, promote)).EnsureSuccess();
        var second = (await _containerd.TryRunRestrictedAsync(image, folder.Path, promote)).EnsureSuccess();

        Assert.Contains('+', version.Text);
        Assert.Contains("1 promoted", first.Text, StringComparison.Ordinal);
        Assert.Contains("1 up to date", second.Text, StringComparison.Ordinal);
        Assert.Equal(
            await registry.DigestAsync("promoter-admission", BuiltImages.Tag), await further.DigestAsync("promoter-admission", BuiltImages.Tag));
        // The bill of materials came along.
        var digest = await further.DigestAsync("promoter-admission", BuiltImages.Tag);
        Assert.Single((await further.ReadManifestAsync("promoter-admission", digest.Replace(':', '-')))["manifests"]!.AsArray());
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_exit_code_3_from_inside_the_container_too()
    {
        var image = await PromoteAsync("promoter");

        var result = await _containerd.TryRunRestrictedAsync(image, folder: null, "/app/promoter", "copy", _target.Reference("no/such:1"), _target.Reference("to/here:1"));

        Assert.True(result.ExitCode == 3, result.ToString());
    }

    [Fact]
    public async Task An_image_from_a_layout_is_brought_to_a_registry_from_inside_the_container_and_a_layout_on_its_read_only_root_is_refused()
    {
        var registry = await images.RegistryAsync();
        var image = await PromoteAsync("promoter");
        using var folder = new TemporaryFolder();
        using var promoter = new PromoterProcess();
        var written = await promoter.RunAsync("copy", registry.Reference($"promoter-admission:{BuiltImages.Tag}"), $"oci:{folder["images"]}");
        Assert.True(written.ExitCode == 0, written.ToString());
        await MakeReadableAsync(folder);

        var read = await _containerd.TryRunRestrictedAsync(image, folder.Path, "/app/promoter", "copy", "oci:/etc/promoter/images", _target.Reference("from/layout:1"));
        var refused = await _containerd.TryRunRestrictedAsync(image, folder: null, "/app/promoter", "copy", _target.Reference("from/layout:1"), "oci:/images");

        Assert.True(read.ExitCode == 0, read.ToString());
        Assert.Equal(await registry.DigestAsync("promoter-admission", BuiltImages.Tag), await _target.DigestAsync("from/layout", "1"));
        Assert.True(refused.ExitCode == 2, refused.ToString());
    }

    [Fact]
    public async Task The_promoted_webhook_answers_a_review_over_tls()
    {
        var image = await PromoteAsync("promoter-admission");
        using var folder = new TemporaryFolder();
        folder.Write("promotion.yaml", Configuration(await images.RegistryAsync(), _target));
        using var certificate = CreateCertificate(folder);
        await MakeReadableAsync(folder);

        await using var webhook = _containerd.StartRestricted(
            image, folder.Path, "/app/promoter-admission", "serve", "--config", "/etc/promoter/promotion.yaml", "--no-kubernetes", "--listen", "127.0.0.1:0",
            "--metrics-listen", "127.0.0.1:0", "--tls-cert", "/etc/promoter/tls.crt", "--tls-key", "/etc/promoter/tls.key", "--shutdown-delay", "0s");
        var ready = await webhook.Output.WaitForLineAsync(line => Address().IsMatch(line));
        using var client = new HttpClient(TrustOnly(certificate)) { BaseAddress = new Uri(Address().Match(ready).Value) };
        using var answer = await client.PostAsync(new Uri("/mutate", UriKind.Relative), new StringContent(Review(), System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        var response = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["response"]!;
        Assert.Equal(("0b4c1f6e-3a52-4d0e-8f5c-6f2f3b7a9d10", true), ((string?)response["uid"], (bool?)response["allowed"]));
    }

    // By the promoter as it was built, from the registry of the build to another one.
    private async Task<string> PromoteAsync(string program)
    {
        var source = await images.RegistryAsync();
        using var promoter = new PromoterProcess();
        var promoted = _target.Reference($"platform/{program}:{BuiltImages.Tag}");
        var result = await promoter.RunAsync("copy", source.Reference($"{program}:{BuiltImages.Tag}"), promoted);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(await source.DigestAsync(program, BuiltImages.Tag), await _target.DigestAsync($"platform/{program}", BuiltImages.Tag));
        await _containerd.PullAsync(promoted);
        return promoted;
    }

    private static string Configuration(DistributionRegistry source, DistributionRegistry target) => $"""
        apiVersion: promoter.dev/v1alpha1
        kind: PromotionConfig
        rules:
        - name: own
          source: {source.Host}
          target: {target.Host}
        """;

    private static string Review() => """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"0b4c1f6e-3a52-4d0e-8f5c-6f2f3b7a9d10",
        "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","namespace":"shop","name":"web",
        "userInfo":{"username":"test"},"dryRun":false,
        "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"containers":[{"name":"web","image":"docker.io/library/nginx:1"}]}}}}
        """;

    private static X509Certificate2 CreateCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=promoter-admission", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        folder.Write("tls.crt", certificate.ExportCertificatePem());
        folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    private static SocketsHttpHandler TrustOnly(X509Certificate2 certificate) => new()
    {
        SslOptions = new() { RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && presented.GetCertHashString() == certificate.GetCertHashString() },
    };

    // The image's user is none of this machine's: what is mounted is readable by everyone, as a ConfigMap's files are.
    private static Task MakeReadableAsync(TemporaryFolder folder) => new ExternalProgram("/usr/bin/chmod").RunAsync("-R", "a+rX", folder.Path);

    [GeneratedRegex(@"https://127\.0\.0\.1:\d+/")]
    private static partial Regex Address();
}
