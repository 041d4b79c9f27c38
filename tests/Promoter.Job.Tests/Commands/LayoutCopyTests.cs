using System.Text.Json.Nodes;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Commands;

/// <summary><c>promoter copy</c> with an OCI layout on one side or on both.</summary>
public sealed class LayoutCopyTests
{
    [Theory]
    [InlineData("single")]
    [InlineData("two platforms")]
    [InlineData("nested")]
    [InlineData("attestations")]
    [InlineData("docker")]
    [InlineData("foreign")]
    [InlineData("artifact")]
    public async Task An_image_goes_through_two_layouts_and_arrives_byte_for_byte(string shape)
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var first = new LayoutOnDisk();
        using var second = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", Shape(shape), "1.4.2");

        await CopyAsync(registries.From("shop/web:1.4.2"), first.Reference());
        await CopyAsync(first.Reference(":1.4.2"), second.Reference(":2.0"));
        await CopyAsync(second.Reference(), registries.To("shop/web"));

        Assert.Equal(image.Digest, first.DigestOf("1.4.2"));
        Assert.Empty(first.FindProblems());
        Assert.Empty(second.FindProblems());
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "2.0"));
        Assert.Empty(registries.Target.FindProblems("shop/web", "2.0"));
        Assert.Equal(image.MediaType, registries.Target.ManifestOf("shop/web", "2.0")!.MediaType);
    }

    [Fact]
    public async Task Everything_that_is_attached_travels_through_a_layout()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        var sbom = registries.Source.Push("shop/web", SampleImages.Sbom(image.Children[0]));
        var signatureOfSbom = registries.Source.Push("shop/web", SampleImages.Signature(sbom));
        var cosign = registries.Source.Push("shop/web", SampleImages.Cosign(image), SampleImages.CosignTag(image));

        await CopyAsync(registries.From("shop/web:1.4.2"), layout.Reference());
        await CopyAsync(layout.Reference(), registries.To("shop/web"));

        Assert.Equal((string?)"application/spdx+json", (string?)layout.Entries.Single(e => (string?)e!["digest"] == sbom.Digest)!["artifactType"]);
        Assert.Equal(cosign.Digest, layout.DigestOf(SampleImages.CosignTag(image)));
        Assert.Equal(cosign.Digest, registries.Target.DigestOf("shop/web", SampleImages.CosignTag(image)));
        Assert.Subset(registries.Target.ManifestsOf("shop/web").ToHashSet(), new HashSet<string> { sbom.Digest, signatureOfSbom.Digest });
        Assert.Empty(layout.FindProblems());
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData(SampleImages.SbomType, 1)]
    [InlineData("all", 2)]
    public async Task Referrers_are_chosen_as_between_registries(string selection, int expected)
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        var attached = new[] { SampleImages.Sbom(image), SampleImages.Signature(image) }.Select(a => registries.Source.Push("shop/web", a).Digest).ToList();
        await CopyAsync(registries.From("shop/web:1.4.2"), layout.Reference());

        await CopyAsync("--referrers", selection, layout.Reference(), registries.To("shop/web"));

        Assert.Equal(expected, registries.Target.ManifestsOf("shop/web").Count(attached.Contains));
    }

    [Fact]
    public async Task A_second_copy_into_a_layout_changes_no_file()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        registries.Source.Push("shop/web", SampleImages.Sbom(image));
        await CopyAsync(registries.From("shop/web:1.4.2"), layout.Reference());
        var before = Files(layout);

        var again = await CopyAsync(registries.From("shop/web:1.4.2"), layout.Reference());

        Assert.Contains("up to date", again.Output, StringComparison.Ordinal);
        Assert.Equal(before, Files(layout));
        Assert.Equal(2, layout.Entries.Count);
    }

    [Fact]
    public async Task An_image_is_named_by_its_digest_on_either_side()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"));

        await CopyAsync(registries.From($"shop/web@{image.Digest}"), layout.Reference());
        await CopyAsync(layout.Reference($"@{image.Digest}"), registries.To("shop/web:1.0"));
        await CopyAsync(layout.Reference(), registries.To("shop/only:1.0"));

        Assert.Equal([image.Digest], layout.Entries.Select(e => (string)e!["digest"]!));
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1.0"));
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/only", "1.0"));
    }

    [Fact]
    public async Task A_tag_of_a_layout_moves_only_where_it_may_and_can_be_rolled_back()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var old = registries.Source.Push("shop/web", SampleImages.Single("old"), "old");
        var current = registries.Source.Push("shop/web", SampleImages.Single("new"), "new");
        await CopyAsync(registries.From("shop/web:old"), layout.Reference(":stable"));

        var refused = await JobHarness.RunAsync("copy", registries.From("shop/web:new"), layout.Reference(":stable"));
        var moved = await CopyAsync("--move-tags", "--output", "json", registries.From("shop/web:new"), layout.Reference(":stable"));
        var digestOfMoved = layout.DigestOf("stable");
        using var report = new TemporaryFile(moved.Output);
        var rolledBack = await JobHarness.RunAsync("rollback", report.Path);

        Assert.True(refused.ExitCode == 5, refused.ToString());
        Assert.Contains(old.Digest, refused.Output, StringComparison.Ordinal);
        Assert.Equal(current.Digest, digestOfMoved);
        Assert.True(rolledBack.ExitCode == 0, rolledBack.ToString());
        Assert.Equal(old.Digest, layout.DigestOf("stable"));
        Assert.Empty(layout.FindProblems());
    }

    [Fact]
    public async Task A_copy_that_fails_leaves_no_tag_and_no_half_written_file_and_the_next_one_finishes()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        var fault = registries.Source.Faults.Inject(Effect.WrongBytes(BodyPosition.Percent(50)), EmulatedAction.GetBlob, reference: image.AllBlobs().Keys.Last(), times: FaultScript.Always);

        var failed = await JobHarness.RunAsync("copy", registries.From("shop/web:1.4.2"), layout.Reference());

        Assert.True(failed.ExitCode == 1, failed.ToString());
        Assert.Contains("digest", failed.Output, StringComparison.Ordinal);
        Assert.Empty(layout.FindProblems());
        Assert.Null(layout.DigestOf("1.4.2"));
        fault.Remove();
        await CopyAsync(registries.From("shop/web:1.4.2"), layout.Reference());
        Assert.Equal(image.Digest, layout.DigestOf("1.4.2"));
        Assert.Single(layout.Entries);
        Assert.Empty(layout.FindProblems());
    }

    [Fact]
    public async Task Many_copies_into_one_layout_at_once_lose_no_entry()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        var tags = Enumerable.Range(0, 12).Select(i => $"v{i}").ToList();
        foreach (var tag in tags) registries.Source.Push("shop/web", SampleImages.TwoPlatforms(tag), tag);

        var results = await Task.WhenAll(tags.Select(tag => JobHarness.RunAsync("copy", registries.From($"shop/web:{tag}"), layout.Reference())));

        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.ToString()));
        Assert.Equal(tags.Order(), layout.Entries.Select(LayoutOnDisk.NameOf).Order());
        Assert.Empty(layout.FindProblems());
    }

    [Fact]
    public async Task Entries_that_others_wrote_are_left_as_they_are()
    {
        await using var registries = await TwoRegistries.StartAsync();
        using var layout = new LayoutOnDisk();
        registries.Source.Push("shop/web", SampleImages.Single("one"), "one");
        registries.Source.Push("shop/web", SampleImages.Single("two"), "two");
        await CopyAsync(registries.From("shop/web:one"), layout.Reference());
        layout.Rewrite(index =>
        {
            index["annotations"] = new JsonObject { ["org.example.owner"] = "someone" };
            index["manifests"]![0]!["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" };
        });

        await CopyAsync(registries.From("shop/web:two"), layout.Reference());

        Assert.Equal("linux", (string?)layout.Entries.Single(e => LayoutOnDisk.NameOf(e) == "one")!["platform"]!["os"]);
        layout.Rewrite(index => Assert.Equal("someone", (string?)index["annotations"]!["org.example.owner"]));
    }

    private static async Task<JobResult> CopyAsync(params string[] arguments)
    {
        var result = await JobHarness.RunAsync(["copy", .. arguments]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    private static List<(string, DateTime, string)> Files(LayoutOnDisk layout) =>
        [.. Directory.EnumerateFiles(layout.Folder, "*", SearchOption.AllDirectories).Order().Select(f => (f, File.GetLastWriteTimeUtc(f), Convert.ToHexString(File.ReadAllBytes(f))))];

    private static BuiltImage Shape(string shape) => shape switch
    {
        "single" => SampleImages.Single("web"),
        "two platforms" => SampleImages.TwoPlatforms("web"),
        "nested" => SampleImages.NestedIndex("web"),
        "attestations" => SampleImages.WithAttestations("web"),
        "docker" => SampleImages.DockerList("web"),
        "foreign" => SampleImages.WithForeignLayer("web"),
        _ => SampleImages.Artifact("chart"),
    };
}
