using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary>OCI layouts that real programs write are read, and those that are written here are read by real programs.</summary>
public sealed class LayoutTests : IAsyncLifetime
{
    private readonly PromoterProcess _promoter = new();
    private readonly TemporaryFolder _folder = new();
    private DistributionRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await DistributionRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _promoter.Dispose();
        _folder.Dispose();
        // Null where the set-up skipped the test.
        if (_registry is not null)
        {
            await _registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task Skopeo_reads_a_layout_that_was_written_here()
    {
        var skopeo = new Skopeo();
        var program = new ExternalProgram(Toolbox.Require("skopeo"));
        var digest = await SyntheticImage.PushIndexAsync(_registry.Host, "shop/web", "1.0", [("amd64", [new(30_000, 1), new(500, 2)]), ("arm64", [new(20_000, 3)])]);

        await CopyAsync(_registry.Reference("shop/web:1.0"), $"oci:{_folder["images"]}");
        await program.RunAsync("copy", "--all", "--preserve-digests", "--dest-tls-verify=false", $"oci:{_folder["images"]}:1.0", $"docker://{_registry.Reference("by/skopeo:1.0")}");

        var raw = await program.RunAsync("inspect", "--raw", $"oci:{_folder["images"]}:1.0");
        Assert.Equal(await skopeo.InspectRawAsync(_registry.Reference("shop/web:1.0")), raw.Output);
        Assert.Equal(raw.Output, await skopeo.InspectRawAsync(_registry.Reference($"by/skopeo@{digest}")));
    }

    [Fact]
    public async Task A_layout_that_skopeo_wrote_is_read_here()
    {
        var skopeo = new Skopeo();
        var program = new ExternalProgram(Toolbox.Require("skopeo"));
        var digest = await SyntheticImage.PushIndexAsync(_registry.Host, "shop/web", "1.0", [("amd64", [new(30_000, 1), new(500, 2)]), ("arm64", [new(20_000, 3)])]);
        await program.RunAsync("copy", "--all", "--preserve-digests", "--src-tls-verify=false", $"docker://{_registry.Reference("shop/web:1.0")}", $"oci:{_folder["images"]}:stable");

        await CopyAsync($"oci:{_folder["images"]}:stable", _registry.Reference("from/layout:1.0"));
        await CopyAsync($"oci:{_folder["images"]}@{digest}", _registry.Reference("from/layout:by-digest"));

        var expected = await skopeo.InspectRawAsync(_registry.Reference("shop/web:1.0"));
        Assert.Equal(expected, await skopeo.InspectRawAsync(_registry.Reference("from/layout:1.0")));
        Assert.Equal(expected, await skopeo.InspectRawAsync(_registry.Reference("from/layout:by-digest")));
    }

    [Fact]
    public async Task Umoci_and_the_promoter_work_on_one_layout()
    {
        var umoci = new ExternalProgram(Toolbox.Require("umoci"));
        await umoci.RunAsync("init", "--layout", _folder["images"]);
        await umoci.RunAsync("new", "--image", $"{_folder["images"]}:empty");
        await SyntheticImage.PushAsync(_registry.Host, "shop/web", "1.0", [2000]);

        await CopyAsync(_registry.Reference("shop/web:1.0"), $"oci:{_folder["images"]}");
        await umoci.RunAsync("tag", "--image", $"{_folder["images"]}:1.0", "renamed");
        await umoci.RunAsync("gc", "--layout", _folder["images"]);
        await CopyAsync($"oci:{_folder["images"]}:renamed", _registry.Reference("shop/renamed"));
        await CopyAsync($"oci:{_folder["images"]}:empty", _registry.Reference("shop/empty"));

        Assert.Equal(["1.0", "empty", "renamed"], (await umoci.RunAsync("ls", "--layout", _folder["images"])).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.Equal(await new Skopeo().InspectRawAsync(_registry.Reference("shop/web:1.0")), await new Skopeo().InspectRawAsync(_registry.Reference("shop/renamed:renamed")));
        Assert.True(await new Skopeo().ExistsAsync(_registry.Reference("shop/empty:empty")));
    }

    [Fact]
    public async Task Buildah_pulls_an_image_from_a_layout_that_was_written_here()
    {
        Toolbox.RequireRoot();
        using var image = new TwoPlatformImage();
        await image.PushAsync(_registry.Reference("shop/web:1.0"));
        await CopyAsync(_registry.Reference("shop/web:1.0"), $"oci:{_folder["images"]}");
        // It names what it pulls by the path, which has to be in lower case.
        var buildah = new ExternalProgram(Toolbox.Require("buildah")) { WorkingDirectory = _folder.Path };

        var pulled = await buildah.RunAsync("--root", _folder["storage"], "--runroot", _folder["run"], "--storage-driver", "vfs", "pull", "oci:images:1.0");

        var inspected = JsonNode.Parse((await buildah.RunAsync("--root", _folder["storage"], "--runroot", _folder["run"], "--storage-driver", "vfs", "inspect", "--type", "image", pulled.Text.Trim())).Output)!;
        Assert.Equal("linux", (string?)inspected["OCIv1"]!["os"]);
    }

    private async Task CopyAsync(string source, string target)
    {
        var result = await _promoter.RunAsync("copy", source, target);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
