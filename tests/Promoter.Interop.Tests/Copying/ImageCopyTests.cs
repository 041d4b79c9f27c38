using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary><c>promoter copy</c> between two real registries, with real programs on both sides as witnesses.</summary>
public sealed class ImageCopyTests : IAsyncLifetime
{
    private const string Login = $"{RegistryAuthentication.UserName}:{RegistryAuthentication.Password}";

    private readonly PromoterProcess _promoter = new();
    private DistributionRegistry _source = null!;

    public async ValueTask InitializeAsync() => _source = await DistributionRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _promoter.Dispose();
        // Null where the set-up skipped the test.
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("v2s2")]
    public async Task A_two_platform_index_arrives_byte_for_byte(string format)
    {
        using var image = new TwoPlatformImage();
        await using var target = await DistributionRegistry.StartAsync();
        var skopeo = new Skopeo();
        await image.PushAsync(_source.Reference("shop/web:1.0"), format: format);

        AssertExitCode(0, await _promoter.RunAsync("copy", _source.Reference("shop/web:1.0"), target.Reference("team/shop/web:1.0")));

        var index = await skopeo.InspectRawAsync(_source.Reference("shop/web:1.0"));
        Assert.Equal(index, await skopeo.InspectRawAsync(target.Reference("team/shop/web:1.0")));
        var children = JsonNode.Parse(index)!["manifests"]!.AsArray().Select(child => (string)child!["digest"]!).ToList();
        Assert.Equal(2, children.Count);
        foreach (var child in children)
        {
            Assert.Equal(
                await skopeo.InspectRawAsync(_source.Reference($"shop/web@{child}")), await skopeo.InspectRawAsync(target.Reference($"team/shop/web@{child}")));
        }
    }

    [Fact]
    public async Task Containerd_pulls_the_copy_by_tag_and_by_digest_and_runs_it()
    {
        using var image = new TwoPlatformImage();
        await using var containerd = await Containerd.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        await image.PushAsync(_source.Reference("shop/web:1.0"));

        AssertExitCode(0, await _promoter.RunAsync("copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0")));

        var byTag = target.Reference("shop/web:1.0");
        await containerd.PullAsync(byTag);
        var digest = await containerd.DigestAsync(byTag);
        var byDigest = target.Reference($"shop/web@{digest}");
        await containerd.PullAsync(byDigest);
        Assert.Equal("promoted\n", await containerd.RunAsync(byTag, "/usr/bin/echo", "promoted"));
        Assert.Equal("promoted\n", await containerd.RunAsync(byDigest, "/usr/bin/echo", "promoted"));
    }

    [Fact]
    public async Task A_second_run_sends_no_blob_and_no_manifest()
    {
        using var image = new TwoPlatformImage();
        await using var target = await DistributionRegistry.StartAsync();
        await image.PushAsync(_source.Reference("shop/web:1.0"));
        string[] command = ["copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0")];
        var first = await target.RecordAsync(async () => AssertExitCode(0, await _promoter.RunAsync(command)));

        IReadOnlyList<AccessLogEntry> atSource = [];
        var atTarget = await target.RecordAsync(async () =>
            atSource = await _source.RecordAsync(async () => AssertExitCode(0, await _promoter.RunAsync(command))));

        Assert.Contains(first, request => request.Sends);
        Assert.NotEmpty(atTarget);
        Assert.DoesNotContain(atTarget, request => request.Sends);
        Assert.DoesNotContain(atSource, request => request.IsBlob);
    }

    [Fact]
    public async Task Content_goes_first_children_before_the_index_and_the_tag_last()
    {
        using var image = new TwoPlatformImage();
        await using var target = await DistributionRegistry.StartAsync();
        await image.PushAsync(_source.Reference("shop/web:1.0"));

        var requests = await target.RecordAsync(async () =>
            AssertExitCode(0, await _promoter.RunAsync("copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"))));

        var sent = requests.Where(request => request.Method == "PUT").ToList();
        var manifests = sent.SkipWhile(request => request.IsBlob).ToList();
        Assert.All(manifests, request => Assert.True(request.IsManifest, $"{request} came after a manifest"));
        Assert.Equal("/v2/shop/web/manifests/1.0", manifests[^1].Path);
        Assert.All(manifests[..^1], request => Assert.Contains("/manifests/sha256:", request.Path, StringComparison.Ordinal));
        // The blob that both images share is sent once.
        var blobs = sent.Where(request => request.IsBlob).Select(request => request.Query[request.Query.IndexOf("digest=", StringComparison.Ordinal)..]).ToList();
        Assert.Equal(blobs.Distinct(), blobs);
    }

    [Fact]
    public async Task A_registry_with_basic_authentication_takes_the_docker_login()
    {
        using var image = new TwoPlatformImage();
        await using var target = await DistributionRegistry.StartAsync(RegistryAuthentication.Basic);
        await image.PushAsync(_source.Reference("shop/web:1.0"));
        string[] command = ["copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0")];

        var withoutLogin = await _promoter.RunAsync(command);
        var withLogin = await _promoter.WithDockerLogin(target.Host, Login).RunAsync(command);

        AssertExitCode(4, withoutLogin);
        AssertExitCode(0, withLogin);
        await AssertSameAsync(_source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"));
    }

    [Fact]
    public async Task A_registry_with_a_token_server_gets_tokens_for_what_is_needed()
    {
        using var image = new TwoPlatformImage();
        await using var tokens = await TokenServer.StartAsync();
        await using var target = await DistributionRegistry.StartAsync(RegistryAuthentication.Token(tokens));
        await image.PushAsync(_source.Reference("shop/web:1.0"));
        string[] command = ["copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0")];

        var withoutLogin = await _promoter.RunAsync(command);
        var withLogin = await _promoter.WithDockerLogin(target.Host, Login).RunAsync(command);

        AssertExitCode(4, withoutLogin);
        AssertExitCode(0, withLogin);
        await AssertSameAsync(_source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"));
        Assert.All(tokens.RequestedScopes, scope => Assert.StartsWith("repository:shop/web:", scope, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tag_that_points_elsewhere_is_a_conflict_unless_tags_may_move()
    {
        using var image = new TwoPlatformImage();
        await using var target = await DistributionRegistry.StartAsync();
        await image.PushAsync(_source.Reference("shop/web:1.0"));
        await image.PushAsync(target.Reference("shop/web:1.0"));
        var skopeo = new Skopeo();
        var before = await skopeo.InspectRawAsync(target.Reference("shop/web:1.0"));
        string[] command = ["copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0")];

        IReadOnlyList<AccessLogEntry> requests = await target.RecordAsync(async () => AssertExitCode(5, await _promoter.RunAsync(command)));

        Assert.DoesNotContain(requests, request => request.Sends);
        Assert.Equal(before, await skopeo.InspectRawAsync(target.Reference("shop/web:1.0")));
        AssertExitCode(0, await _promoter.RunAsync([.. command, "--move-tags"]));
        await AssertSameAsync(_source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"));
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_exit_code_3_and_touches_nothing_at_the_target()
    {
        await using var target = await DistributionRegistry.StartAsync();

        var requests = await target.RecordAsync(async () =>
        {
            var result = await _promoter.RunAsync("copy", _source.Reference("shop/web:1.0"), target.Reference("shop/web:1.0"));
            AssertExitCode(3, result);
            Assert.Contains(_source.Reference("shop/web:1.0"), result.Printed, StringComparison.Ordinal);
        });

        Assert.DoesNotContain(requests, request => request.Sends);
    }

    [Fact]
    public async Task A_registry_that_is_down_is_exit_code_6()
    {
        string host;
        await using (var gone = await DistributionRegistry.StartAsync())
        {
            host = gone.Host;
        }

        var result = await _promoter.RunAsync("copy", $"{host}/shop/web:1.0", _source.Reference("shop/web:1.0"));

        AssertExitCode(6, result);
        Assert.Contains(host, result.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_of_one_gibibyte_is_copied_in_less_than_128_mebibytes_of_memory()
    {
        await using var target = await DistributionRegistry.StartAsync();
        var digest = await SyntheticImage.PushAsync(_source.Host, "big/layer", "1", [1L << 30]);

        var result = await _promoter.RunMeasuredAsync("copy", _source.Reference("big/layer:1"), target.Reference("big/layer:1"));

        AssertExitCode(0, result);
        await AssertSameAsync(_source.Reference($"big/layer@{digest}"), target.Reference("big/layer:1"));
        Assert.InRange(result.PeakMemoryBytes!.Value, 1, (128L << 20) - 1);
    }

    private static void AssertExitCode(int expected, PromoterResult result) =>
        Assert.True(result.ExitCode == expected, $"Expected exit code {expected}. {result}");

    private static async Task AssertSameAsync(string source, string target)
    {
        var skopeo = new Skopeo();
        // The test registries share one login; the source asks for none and ignores it.
        Assert.Equal(await skopeo.InspectRawAsync(source), await skopeo.InspectRawAsync(target, Login));
    }
}
