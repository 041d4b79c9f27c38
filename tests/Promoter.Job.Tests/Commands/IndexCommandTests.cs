using System.Text.Json.Nodes;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Commands;

public sealed class IndexCommandTests
{
    [Fact]
    public async Task Images_of_one_platform_each_become_one_image_in_the_same_repository_without_a_blob_being_moved()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var amd64 = registries.Source.Push("shop/web", SampleImages.Single("web"), "1-amd64");
        var arm64 = registries.Source.Push("shop/web", SampleImages.Single("web", 2, "arm64"), "1-arm64");
        registries.Source.Requests.Clear();

        var result = await JobHarness.RunAsync("index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64"), registries.From("shop/web:1-arm64"));

        Assert.True(result.ExitCode == 0, result.ToString());
        var index = IndexOf(registries, "shop/web", "1");
        Assert.Equal("application/vnd.oci.image.index.v1+json", (string)index["mediaType"]!);
        Assert.Equal([(amd64.Digest, "amd64"), (arm64.Digest, "arm64")], index["manifests"]!.AsArray().Select(m => ((string)m!["digest"]!, (string)m["platform"]!["architecture"]!)));
        Assert.Empty(registries.Source.FindProblems("shop/web", "1"));
        Assert.Equal(0, registries.Source.Requests.Count(EmulatedAction.StartUpload));
    }

    [Fact]
    public async Task Images_of_another_registry_are_copied_first()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("build/web", SampleImages.Single("web"), "1-amd64");
        registries.Source.Push("build/web", SampleImages.Single("web", 2, "arm64"), "1-arm64");

        var result = await JobHarness.RunAsync(
            "index", "create", registries.To("shop/web:1"), registries.From("build/web:1-amd64"), registries.From("build/web:1-arm64"), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(registries.Target.DigestOf("shop/web", "1"), (string)result.Json["digest"]!);
        Assert.Empty(registries.Target.FindProblems("shop/web", "1"));
        Assert.Equal(["1"], registries.Target.TagsOf("shop/web").Keys);
    }

    [Fact]
    public async Task Running_it_again_gives_the_same_digest_and_writes_nothing()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1-amd64");
        string[] command = ["index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64")];
        await JobHarness.RunAsync(command);
        registries.Source.Requests.Clear();

        var again = await JobHarness.RunAsync(command);

        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Contains("up to date", again.Output, StringComparison.Ordinal);
        Assert.Empty(registries.Source.Requests.Writes());
    }

    [Fact]
    public async Task An_index_gives_all_its_manifests_with_platforms_and_annotations()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.WithAttestations("web"), "1");
        registries.Source.Push("shop/web", SampleImages.Single("web", 1, "s390x"), "1-s390x");

        var result = await JobHarness.RunAsync("index", "create", registries.From("shop/web:all"), registries.From("shop/web:1"), registries.From("shop/web:1-s390x"));

        Assert.True(result.ExitCode == 0, result.ToString());
        var manifests = IndexOf(registries, "shop/web", "all")["manifests"]!.AsArray();
        Assert.Equal(["amd64", "arm64", "unknown", "unknown", "s390x"], manifests.Select(m => (string)m!["platform"]!["architecture"]!));
        Assert.Equal("attestation-manifest", (string)manifests[2]!["annotations"]!["vnd.docker.reference.type"]!);
    }

    [Fact]
    public async Task Docker_images_become_a_docker_manifest_list()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Docker("web"), "1-amd64");
        registries.Source.Push("shop/web", SampleImages.Docker("web", "arm64"), "1-arm64");

        await JobHarness.RunAsync("index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64"), registries.From("shop/web:1-arm64"));

        Assert.Equal("application/vnd.docker.distribution.manifest.list.v2+json", (string)IndexOf(registries, "shop/web", "1")["mediaType"]!);
    }

    [Fact]
    public async Task A_tag_that_points_elsewhere_moves_only_when_the_user_says_so()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1-amd64");
        var present = registries.Source.Push("shop/web", SampleImages.Single("old"), "1");
        string[] command = ["index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64")];

        var refused = await JobHarness.RunAsync(command);
        var unchanged = registries.Source.DigestOf("shop/web", "1");
        var moved = await JobHarness.RunAsync([.. command, "--move-tags"]);

        Assert.True(refused.ExitCode == 5, refused.ToString());
        Assert.Equal(present.Digest, unchanged);
        Assert.True(moved.ExitCode == 0, moved.ToString());
        Assert.NotEqual(present.Digest, registries.Source.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task Bad_input_is_explained_and_changes_nothing()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1-amd64", "1-x86");
        registries.Source.Push("shop/web", SampleImages.Single("other"), "1-too");
        registries.Source.Push("shop/chart", SampleImages.Artifact("chart"), "1");
        var target = registries.From("shop/web:1");

        foreach (var (sources, code, reason) in new (string[] Sources, int Code, string Reason)[]
        {
            ([registries.From("shop/web:1-arm64")], 3, "is not there"),
            ([registries.From("shop/web:1-amd64"), registries.From("shop/web:1-too")], 2, "are both for linux/amd64"),
            ([registries.From("shop/chart:1")], 2, "cannot be part of an index"),
            (["registry.example/UPPER"], 2, "is not an image reference"),
        })
        {
            var result = await JobHarness.RunAsync(["index", "create", target, .. sources]);

            Assert.True(result.ExitCode == code, result.ToString());
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        }

        Assert.Null(registries.Source.DigestOf("shop/web", "1"));
        Assert.Equal(2, (await JobHarness.RunAsync("index", "create", registries.From("shop/web@sha256:" + new string('0', 64)), registries.From("shop/web:1-amd64"))).ExitCode);
    }

    [Fact]
    public async Task A_dry_run_says_the_digest_and_pushes_nothing()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1-amd64");

        var planned = await JobHarness.RunAsync("index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64"), "--dry-run", "--output", "json");
        var before = registries.Source.DigestOf("shop/web", "1");
        await JobHarness.RunAsync("index", "create", registries.From("shop/web:1"), registries.From("shop/web:1-amd64"));

        Assert.Null(before);
        Assert.Equal((string)planned.Json["digest"]!, registries.Source.DigestOf("shop/web", "1"));
    }

    private static JsonNode IndexOf(TwoRegistries registries, string repository, string tag) => JsonNode.Parse(registries.Source.ManifestOf(repository, tag)!.Bytes.ToArray())!;
}
