using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>Places where no registry answers: the error says what is there instead.</summary>
public sealed class UnreachableTests
{
    [Fact]
    public async Task A_registry_that_is_down_is_unavailable_and_says_where()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        var host = scene.Target.Host;
        await scene.Target.DisposeAsync();

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Contains(host, report.Images[0].Failure!.Message);
        Assert.Contains("refused the connection", report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named_and_not_retried()
    {
        await using var scene = await Scene.StartAsync(source: new Promoter.Emulator.RegistryOptions { Tls = true });
        using var clients = new RegistryClients(
            new FixedCredentials(), [new RegistryOptions { Host = "tls.test", Endpoint = scene.Source.Endpoint }], Scene.FastRetries, [], TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, () => 0.5);

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("tls.test", "x", Side.Source).FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));

        Assert.Contains("certificate", error.Message);
        Assert.Contains("SSL_CERT_FILE", error.Message);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Plain_HTTP_to_a_TLS_port_and_TLS_to_a_plain_port_say_what_is_wrong()
    {
        await using var scene = await Scene.StartAsync(source: new Promoter.Emulator.RegistryOptions { Tls = true });
        using var clients = new RegistryClients(
            new FixedCredentials(),
            [
                new RegistryOptions { Host = "plain.test", Endpoint = new Uri("http://" + scene.Source.Host) },
                new RegistryOptions { Host = "tls.test", Endpoint = new Uri("https://" + scene.Target.Host) },
            ],
            Scene.FastRetries,
            [],
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            () => 0.5);

        var plain = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("plain.test", "x", Side.Source).FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));
        var tls = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository("tls.test", "x", Side.Source).FetchManifestAsync(Scene.ByTag, TestContext.Current.CancellationToken));

        Assert.Contains("https://", plain.Message);
        Assert.Contains("does not speak TLS", tls.Message);
    }

    [Fact]
    public async Task HTML_where_a_manifest_was_due_points_to_a_proxy()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Html(), EmulatedAction.GetManifest, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unexpected, report.ExitCode);
        Assert.Contains("proxy", report.Images[0].Failure!.Message);
    }
}
