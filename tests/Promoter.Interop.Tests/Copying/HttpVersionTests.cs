using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary>Where a host offers both over TLS, metadata shares one HTTP/2 connection and every body has an HTTP/1.1 connection to itself.</summary>
public sealed class HttpVersionTests
{
    private static readonly EmulatedAction[] Bodies = [EmulatedAction.GetBlob, EmulatedAction.WriteChunk, EmulatedAction.FinishUpload];

    [Fact]
    public async Task Metadata_goes_over_http_2_and_bodies_over_http_1()
    {
        // One registry under two names: its certificate is the only one that has to be trusted.
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Tls = true });
        registry.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        using var files = new TemporaryFolder();
        using var promoter = new PromoterProcess { Environment = { ["SSL_CERT_FILE"] = files.Write("ca.pem", registry.Certificate!.ExportCertificatePem()) } };
        var config = files.Write("promotion.yaml", $"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            registries:
            - host: source.test
              endpoint: {registry.Endpoint}
            - host: target.test
              endpoint: {registry.Endpoint}
            """);

        var run = await promoter.RunAsync("copy", "source.test/shop/web:1", "target.test/shop/copy:1", "--config", config);

        Assert.True(run.Program.ExitCode == 0, run.Program.ToString());
        Assert.Empty(registry.FindProblems("shop/copy", "1"));
        Assert.Equal(["HTTP/1.1"], registry.Requests.All.Where(r => Bodies.Contains(r.Action)).Select(r => r.Protocol).Distinct());
        Assert.Equal(["HTTP/2"], registry.Requests.All.Where(r => !Bodies.Contains(r.Action)).Select(r => r.Protocol).Distinct());
    }
}
