using System.Security.Cryptography;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests;

/// <summary>The laboratory itself: when one of these fails, look at the tools before the promoter.</summary>
public sealed class ToolsTests
{
    [Fact]
    public async Task A_registry_serves_what_buildah_pushed_and_logs_every_request()
    {
        using var buildah = new Buildah();
        await using var registry = await DistributionRegistry.StartAsync();
        using var content = new TemporaryFolder();
        content.Write("a/greeting", "hello");
        content.Write("b/greeting", "good day");

        await buildah.PushIndexAsync(registry.Reference("shop/web:1"), [new("linux", "amd64", [content["a"]]), new("linux", "arm64", [content["b"]])]);
        byte[] raw = [];
        var requests = await registry.RecordAsync(async () => raw = await new Skopeo().InspectRawAsync(registry.Reference("shop/web:1")));

        Assert.Contains("arm64", System.Text.Encoding.UTF8.GetString(raw), StringComparison.Ordinal);
        var read = Assert.Single(requests, request => request.IsManifest);
        Assert.Equal(("GET", "/v2/shop/web/manifests/1", 200), (read.Method, read.Path, read.Status));
        Assert.DoesNotContain(requests, request => request.Sends);
    }

    [Fact]
    public async Task A_registry_with_basic_authentication_knows_one_user()
    {
        await using var source = await DistributionRegistry.StartAsync();
        await using var registry = await DistributionRegistry.StartAsync(RegistryAuthentication.Basic);

        await CheckCredentialsAsync(source, registry);
    }

    [Fact]
    public async Task A_registry_with_a_token_server_knows_one_user()
    {
        await using var source = await DistributionRegistry.StartAsync();
        await using var tokens = await TokenServer.StartAsync();
        await using var registry = await DistributionRegistry.StartAsync(RegistryAuthentication.Token(tokens));

        await CheckCredentialsAsync(source, registry);

        Assert.Contains("repository:shop/web:pull,push", tokens.RequestedScopes);
    }

    [Fact]
    public async Task Containerd_pulls_and_runs_what_buildah_pushed()
    {
        using var buildah = new Buildah();
        await using var containerd = await Containerd.StartAsync();
        await using var registry = await DistributionRegistry.StartAsync();
        using var content = new TemporaryFolder();
        await RootFileSystem.CreateAsync(content["root"], "/usr/bin/echo");
        content.Write("other/greeting", "never run here");

        var reference = registry.Reference("shop/echo:1");
        await buildah.PushIndexAsync(reference, [
            new("linux", RootFileSystem.Architecture, [content["root"]]) { EntryPoint = """["/usr/bin/echo"]""" },
            new("linux", RootFileSystem.OtherArchitecture, [content["other"]])]);
        await containerd.PullAsync(reference);

        var raw = await new Skopeo().InspectRawAsync(reference);
        Assert.Equal($"sha256:{Convert.ToHexStringLower(SHA256.HashData(raw))}", await containerd.DigestAsync(reference));
        Assert.Equal("promoted\n", await containerd.RunAsync(reference, "/usr/bin/echo", "promoted"));
    }

    private static async Task CheckCredentialsAsync(DistributionRegistry source, DistributionRegistry registry)
    {
        const string Credentials = $"{RegistryAuthentication.UserName}:{RegistryAuthentication.Password}";
        using var buildah = new Buildah();
        using var content = new TemporaryFolder();
        content.Write("a/greeting", "hello");
        await buildah.PushImageAsync(source.Reference("shop/web:1"), new("linux", "amd64", [content["a"]]));
        var skopeo = new Skopeo();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => skopeo.CopyAsync(source.Reference("shop/web:1"), registry.Reference("shop/web:1"), $"{RegistryAuthentication.UserName}:wrong"));
        await skopeo.CopyAsync(source.Reference("shop/web:1"), registry.Reference("shop/web:1"), Credentials);

        Assert.Contains("unauthorized", refused.Message, StringComparison.Ordinal);
        Assert.Equal(await skopeo.InspectRawAsync(source.Reference("shop/web:1")), await skopeo.InspectRawAsync(registry.Reference("shop/web:1"), Credentials));
    }
}
