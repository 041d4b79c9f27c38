using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

/// <summary>Layouts that are not what they should be: each is named with its reason, and nothing is stored.</summary>
public sealed class BrokenLayoutTests : IAsyncLifetime
{
    private readonly LayoutOnDisk _layout = new();
    private readonly BuiltImage _image = SampleImages.TwoPlatforms("web");
    private TwoRegistries _registries = null!;

    public async ValueTask InitializeAsync()
    {
        _registries = await TwoRegistries.StartAsync();
        _registries.Source.Push("shop/web", _image, "1.4.2");
        _registries.Source.Push("shop/web", SampleImages.Single("other"), "other");
        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:1.4.2"), _layout.Reference());
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        _layout.Dispose();
        await _registries.DisposeAsync();
    }

    [Fact]
    public async Task A_missing_layer_is_named()
    {
        var layer = _image.Children[0].Blobs.Keys.Last();
        File.Delete(_layout.BlobFile(layer));

        await FailsAsync(3, layer, "missing");
    }

    [Fact]
    public async Task A_missing_platform_is_named()
    {
        File.Delete(_layout.BlobFile(_image.Children[1].Digest));

        await FailsAsync(3, _image.Children[1].Digest, "missing");
    }

    [Fact]
    public async Task A_layer_with_wrong_bytes_is_named()
    {
        var layer = _image.Children[0].Blobs.Keys.Last();
        Damage(layer);

        await FailsAsync(1, layer, "digest");
    }

    [Fact]
    public async Task A_layer_that_was_cut_short_is_named()
    {
        var layer = _image.Children[0].Blobs.Keys.Last();
        using (var file = File.OpenWrite(_layout.BlobFile(layer))) file.SetLength(file.Length - 1);

        await FailsAsync(1, layer, "bytes");
    }

    [Fact]
    public async Task A_manifest_with_wrong_bytes_is_named()
    {
        Damage(_image.Digest);

        await FailsAsync(1, _image.Digest, "digest");
    }

    [Fact]
    public async Task A_tag_that_the_layout_lacks_is_answered_with_those_it_has() => await FailsAsync(3, "1.4.2", "no tag 9.9.9", source: ":9.9.9");

    [Fact]
    public async Task A_digest_that_the_layout_lacks_is_missing_at_the_source()
    {
        var absent = "sha256:" + new string('a', 64);

        await FailsAsync(3, absent, source: $"@{absent}");
    }

    [Fact]
    public async Task A_tag_that_stands_for_two_images_is_refused_with_both_digests()
    {
        var other = await AddOtherAsync();
        _layout.Rewrite(index => index["manifests"]!.AsArray()[^1]!["annotations"]!["org.opencontainers.image.ref.name"] = "1.4.2");

        await FailsAsync(8, other, _image.Digest, source: ":1.4.2");
    }

    [Fact]
    public async Task A_layout_of_several_images_wants_one_to_be_named()
    {
        await AddOtherAsync();

        await FailsAsync(2, ":1.4.2", ":other", source: "");
    }

    [Fact]
    public async Task A_folder_that_is_no_layout_is_refused()
    {
        File.Delete(Path.Combine(_layout.Folder, "oci-layout"));

        await FailsAsync(3, "no OCI layout", "oci-layout");
    }

    [Fact]
    public async Task A_layout_of_another_version_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_layout.Folder, "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""", TestContext.Current.CancellationToken);

        await FailsAsync(8, "version");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":2")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../../../etc/passwd","size":1}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"../x:00","size":1}]}""")]
    public async Task An_index_that_cannot_be_read_is_refused(string json)
    {
        await File.WriteAllTextAsync(Path.Combine(_layout.Folder, "index.json"), json, TestContext.Current.CancellationToken);

        await FailsAsync(1, "index.json");
    }

    [Fact]
    public async Task A_layout_without_an_index_is_refused()
    {
        File.Delete(Path.Combine(_layout.Folder, "index.json"));

        await FailsAsync(1, "index.json");
    }

    [Fact]
    public async Task Nothing_is_written_into_a_folder_that_holds_something_else()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_layout.Parent, "letters")).FullName;
        var mine = Path.Combine(folder, "letter.txt");
        await File.WriteAllTextAsync(mine, "dear reader", TestContext.Current.CancellationToken);

        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:1.4.2"), $"oci:{folder}:1.4.2");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("letter.txt", result.Output, StringComparison.Ordinal);
        Assert.Equal([mine], Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_wrong_argument()
    {
        var file = Path.Combine(_layout.Parent, "letter.txt");
        await File.WriteAllTextAsync(file, "dear reader", TestContext.Current.CancellationToken);

        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:1.4.2"), $"oci:{file}/images:1.4.2");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("name a folder that can be written to", result.Output, StringComparison.Ordinal);
        Assert.Equal("dear reader", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_layout_in_which_nothing_can_be_written_any_more_is_a_wrong_argument()
    {
        // What a read-only file system refuses, without one: a file stands where the folder of a layer's algorithm has to be.
        var folder = Directory.CreateDirectory(Path.Combine(_layout.Parent, "fresh")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "blobs"), "", TestContext.Current.CancellationToken);

        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:1.4.2"), $"oci:{folder}:1.4.2");

        Assert.True(result.ExitCode == 2, result.ToString());
    }

    [Fact]
    public async Task A_target_that_has_lost_a_layer_is_made_whole()
    {
        File.Delete(_layout.BlobFile(_image.Children[0].Blobs.Keys.Last()));

        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:1.4.2"), _layout.Reference());

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(_layout.FindProblems());
    }

    [Fact]
    public async Task What_an_interrupted_run_left_half_written_is_removed()
    {
        var leftover = Path.Combine(_layout.Folder, ".promoter-0123");
        await File.WriteAllTextAsync(leftover, "half", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(leftover, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await AddOtherAsync();

        Assert.Empty(_layout.FindProblems());
    }

    private void Damage(string digest)
    {
        var bytes = File.ReadAllBytes(_layout.BlobFile(digest));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_layout.BlobFile(digest), bytes);
    }

    private async Task<string> AddOtherAsync()
    {
        var result = await JobHarness.RunAsync("copy", _registries.From("shop/web:other"), _layout.Reference());
        Assert.True(result.ExitCode == 0, result.ToString());
        return _layout.DigestOf("other")!;
    }

    private Task FailsAsync(int exitCode, string part, string otherPart = "", string source = ":1.4.2") => FailsAsync(exitCode, [part, otherPart], source);

    private async Task FailsAsync(int exitCode, IReadOnlyList<string> parts, string source)
    {
        var result = await JobHarness.RunAsync("copy", _layout.Reference(source), _registries.To("shop/web:1.4.2"));

        Assert.True(result.ExitCode == exitCode, result.ToString());
        Assert.All(parts, part => Assert.Contains(part, result.Output + result.Error, StringComparison.Ordinal));
        Assert.Null(_registries.Target.DigestOf("shop/web", "1.4.2"));
    }
}
