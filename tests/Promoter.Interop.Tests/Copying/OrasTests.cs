using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary>Artifacts that oras writes are promoted with all that is attached to them, and oras reads what arrived as its own.</summary>
public sealed class OrasTests : IDisposable
{
    private const string Sbom = "application/spdx+json";
    private const string Signature = "application/vnd.example.signature";

    private readonly Oras _oras = new();
    private readonly PromoterProcess _promoter = new();

    public void Dispose()
    {
        _oras.Dispose();
        _promoter.Dispose();
    }

    [Fact]
    public async Task An_artifact_arrives_byte_for_byte()
    {
        await using var source = await DistributionRegistry.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        await _oras.PushAsync(source.Reference("shop/config:1.0"), "application/vnd.shop.config", "colour: green");

        await CopyAsync(source.Reference("shop/config:1.0"), target.Reference("team/config:1.0"));

        var manifest = await _oras.FetchManifestAsync(source.Reference("shop/config:1.0"));
        Assert.Equal(manifest, await _oras.FetchManifestAsync(target.Reference("team/config:1.0")));
        var file = (string)JsonNode.Parse(manifest)!["layers"]![0]!["digest"]!;
        Assert.Equal("colour: green"u8.ToArray(), await _oras.FetchBlobAsync(target.Reference($"team/config@{file}")));
    }

    [Fact]
    public async Task What_is_attached_to_an_index_to_a_child_and_to_an_attachment_is_found_at_the_target()
    {
        await using var source = await DistributionRegistry.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        await using var third = await DistributionRegistry.StartAsync();
        var (index, child) = await PushAsync(source.Host);

        await CopyAsync(source.Reference("shop/web:1.0"), target.Reference("team/web:1.0"));
        await _oras.CopyAsync(target.Reference("team/web:1.0"), third.Reference("other/web:1.0"));

        foreach (var digest in (string[])[index, child])
        {
            var attached = await _oras.DiscoverAsync(source.Reference($"shop/web@{digest}"));
            Assert.NotEmpty(attached);
            Assert.Equal(attached, await _oras.DiscoverAsync(target.Reference($"team/web@{digest}")));
            Assert.Equal(attached, await _oras.DiscoverAsync(third.Reference($"other/web@{digest}")));
            // The list that this registry cannot keep by itself reads as oras wrote it.
            var list = digest.Replace(':', '-');
            Assert.Equal(await _oras.FetchManifestAsync(source.Reference($"shop/web:{list}")), await _oras.FetchManifestAsync(target.Reference($"team/web:{list}")));
        }
    }

    [Fact]
    public async Task What_is_attached_later_follows_and_what_the_target_has_of_its_own_stays()
    {
        await using var source = await DistributionRegistry.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        await PushAsync(source.Host);
        await CopyAsync(source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"));
        var own = await _oras.AttachAsync(target.Reference("shop/web:1.0"), "application/vnd.example.approval", "by the target's operator");
        var later = await _oras.AttachAsync(source.Reference("shop/web:1.0"), "application/vnd.example.scan", "nothing found");

        await CopyAsync(source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"), "--refresh-referrers");

        var expected = (await _oras.DiscoverAsync(source.Reference("shop/web:1.0"))).Append($"application/vnd.example.approval {own}").Order(StringComparer.Ordinal);
        Assert.Contains($"application/vnd.example.scan {later}", expected);
        Assert.Equal(expected, await _oras.DiscoverAsync(target.Reference("shop/web:1.0")));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Attachments_cross_between_a_registry_that_lists_them_and_one_that_does_not(bool sourceLists, bool targetLists)
    {
        await using var listing = await EmulatedRegistry.StartAsync();
        await using var plain = await DistributionRegistry.StartAsync();
        var (source, target) = sourceLists ? (listing.Host, plain.Host) : (plain.Host, listing.Host);
        Assert.NotEqual(sourceLists, targetLists);
        var (index, child) = await PushAsync(source);

        await CopyAsync($"{source}/shop/web:1.0", $"{target}/shop/web:1.0");

        foreach (var digest in (string[])[index, child])
        {
            Assert.Equal(await _oras.DiscoverAsync($"{source}/shop/web@{digest}"), await _oras.DiscoverAsync($"{target}/shop/web@{digest}"));
        }

        // Where the registry lists referrers nobody has to keep lists under tags.
        Assert.DoesNotContain(listing.TagsOf("shop/web").Keys, tag => tag.StartsWith("sha256-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_layout_carries_attachments_in_both_directions()
    {
        await using var registry = await DistributionRegistry.StartAsync();
        using var folder = new TemporaryFolder();
        await PushAsync(registry.Host);
        var attached = await _oras.DiscoverAsync(registry.Reference("shop/web:1.0"));

        await CopyAsync(registry.Reference("shop/web:1.0"), $"oci:{folder["ours"]}");
        await _oras.CopyFromLayoutAsync($"{folder["ours"]}:1.0", registry.Reference("by/oras:1.0"));
        await _oras.CopyToLayoutAsync(registry.Reference("shop/web:1.0"), $"{folder["theirs"]}:1.0");
        await CopyAsync($"oci:{folder["theirs"]}:1.0", registry.Reference("by/promoter:1.0"));

        Assert.Equal(attached, await _oras.DiscoverAsync(registry.Reference("by/oras:1.0")));
        Assert.Equal(attached, await _oras.DiscoverAsync(registry.Reference("by/promoter:1.0")));
    }

    // shop/web:1.0, an index of two: an SBOM for all of it that is signed, and a signature of one child.
    private async Task<(string Index, string Child)> PushAsync(string host)
    {
        var child = await _oras.PushAsync($"{host}/shop/web:amd64", "application/vnd.shop.web", "for amd64");
        await _oras.PushAsync($"{host}/shop/web:arm64", "application/vnd.shop.web", "for arm64");
        var index = await _oras.PushIndexAsync($"{host}/shop/web:1.0", $"{host}/shop/web:amd64", $"{host}/shop/web:arm64");
        var sbom = await _oras.AttachAsync($"{host}/shop/web:1.0", Sbom, "the packages");
        await _oras.AttachAsync($"{host}/shop/web@{sbom}", Signature, "of the packages");
        await _oras.AttachAsync($"{host}/shop/web@{child}", Signature, "of one platform");
        return (index, child);
    }

    private async Task CopyAsync(string source, string target, params string[] options)
    {
        var result = await _promoter.RunAsync(["copy", source, target, .. options]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
