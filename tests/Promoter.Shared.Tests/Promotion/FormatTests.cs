using System.Text;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Promotion;
using BlobContent = Promoter.Emulator.Registry.BlobContent;

namespace Promoter.Tests.Promotion;

/// <summary>Every shape of image arrives complete and with the same bytes.</summary>
public sealed class FormatTests
{
    public static TheoryData<string> Shapes =>
    [
        "OCI manifest", "OCI index", "nested index", "Docker manifest", "Docker list", "attestations", "foreign layer", "Helm chart", "WASM module", "SBOM", "sha512", "no layers", "no mediaType",
        "repeated layer", "empty layer", "index of nothing",
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task An_image_of_any_shape_arrives_with_the_same_bytes(string shape)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(Build(shape));

        var report = await scene.PromoteAsync($"{Scene.Repository}:1.0@{image.Digest}");

        Assert.Null(report.Images[0].Failure);
        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, image.Digest));
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        foreach (var manifest in image.AllManifests())
        {
            var stored = scene.Target.ManifestOf(Scene.Repository, manifest.Digest);
            Assert.Equal(manifest.Bytes.ToArray(), stored!.Bytes);
            Assert.Equal(manifest.MediaType, stored.MediaType);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_second_run_finds_nothing_to_do(string shape)
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(Build(shape));
        await scene.PromoteAsync();
        scene.Requests.Clear();

        var report = await scene.PromoteAsync();

        Assert.Equal(ImageOutcome.UpToDate, report.Images[0].Outcome);
        Assert.Empty(scene.Requests.Writes());
    }

    [Fact]
    public async Task A_foreign_layer_is_skipped_and_reported()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.WithForeignLayer("windows"));

        var report = await scene.PromoteAsync();

        Assert.Equal(ImageOutcome.Promoted, report.Images[0].Outcome);
        Assert.Equal(1, report.Images[0].ForeignLayers);
        Assert.Equal(image.Blobs.Keys.Order(), scene.Target.BlobsOf(Scene.Repository).Order());
    }

    [Fact]
    public async Task A_foreign_layer_that_has_no_URL_is_copied_like_any_other()
    {
        await using var scene = await Scene.StartAsync();
        var layer = Encoding.UTF8.GetBytes("stored after all");
        scene.Given(new ImageBuilder().InDockerFormat().WithLayer(layer, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip").Build());

        var report = await scene.PromoteAsync();

        Assert.Equal(0, report.Images[0].ForeignLayers);
        Assert.Contains(ContentDigest.Of(layer), scene.Target.BlobsOf(Scene.Repository));
    }

    [Fact]
    public async Task Content_that_the_manifest_embeds_is_not_read_from_the_source()
    {
        await using var scene = await Scene.StartAsync();
        var content = Encoding.UTF8.GetBytes("{\"in\":\"data\"}");
        var digest = ContentDigest.Of(content);
        var config = ContentDigest.Of("{}"u8);
        var manifest = Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.example",
             "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{config}}","size":2,"data":"e30="},
             "layers":[{"mediaType":"application/json","digest":"{{digest}}","size":{{content.Length}},"data":"{{Convert.ToBase64String(content)}}"}]}
            """);
        await PutAtSourceAsync(scene, manifest, (config, "{}"u8.ToArray()), (digest, content));

        var report = await scene.PromoteAsync();

        Assert.Equal(ImageOutcome.Promoted, report.Images[0].Outcome);
        Assert.Equal(0, scene.Requests.Count(EmulatedAction.GetBlob));
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task Schema_1_is_refused_with_advice()
    {
        await using var scene = await Scene.StartAsync();
        await PutAtSourceAsync(
            scene,
            """{"schemaVersion":1,"name":"shop/web","tag":"1.0","architecture":"amd64","fsLayers":[],"history":[],"signatures":[]}"""u8.ToArray(),
            "application/vnd.docker.distribution.manifest.v1+prettyjws");
        scene.Source.Behaviour.HonoursAccept = false;

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Refused, report.ExitCode);
        Assert.Contains("schema 1", report.Images[0].Failure!.Message);
        Assert.Contains("rebuild", report.Images[0].Failure!.Message);
        Assert.Empty(scene.Requests.Writes(Scene.TargetName));
    }

    [Fact]
    public async Task An_index_with_a_schema_1_child_is_refused()
    {
        await using var scene = await Scene.StartAsync();
        scene.Source.Behaviour.RequiresContent = false;
        await PutAtSourceAsync(
            scene,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws","digest":"sha256:{{new string('a', 64)}}","size":10}]}"""),
            "application/vnd.oci.image.index.v1+json");

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Refused, report.ExitCode);
        Assert.Contains("schema 1", report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_blob_that_an_index_lists_directly_is_copied_as_a_blob()
    {
        await using var scene = await Scene.StartAsync();
        var content = "a WASM module"u8.ToArray();
        var digest = ContentDigest.Of(content);
        scene.Source.Behaviour.RequiresContent = scene.Target.Behaviour.RequiresContent = false;
        scene.Source.AddBlob(Scene.Repository, digest, BlobContent.Of(content));
        await PutAtSourceAsync(
            scene,
            Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/wasm","digest":"{{digest}}","size":{{content.Length}}}]}"""),
            "application/vnd.oci.image.index.v1+json");

        var report = await scene.PromoteAsync();

        Assert.Equal(ImageOutcome.Promoted, report.Images[0].Outcome);
        Assert.Contains(digest, scene.Target.BlobsOf(Scene.Repository));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_over_4_MiB_is_refused(bool pinned)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(new ImageBuilder().WithAnnotation("padding", new string('x', 4 * 1024 * 1024)).Build());

        var report = await scene.PromoteAsync(pinned ? $"{Scene.Repository}:1.0@{image.Digest}" : $"{Scene.Repository}:1.0");

        Assert.Equal(ExitCode.Refused, report.ExitCode);
        Assert.Contains("4 MiB", report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_media_type_with_parameters_is_sent_as_it_came()
    {
        await using var scene = await Scene.StartAsync();
        scene.Source.Behaviour.HonoursAccept = false;
        const string Type = "application/vnd.oci.image.manifest.v1+json;profile=\"a b\"";
        await PutAtSourceAsync(scene, """{"schemaVersion":2,"layers":[]}"""u8.ToArray(), Type);

        var report = await scene.PromoteAsync();

        Assert.Null(report.Images[0].Failure);
        Assert.Equal(Type, scene.Target.ManifestOf(Scene.Repository, "1.0")!.MediaType);
    }

    private static BuiltImage Build(string shape) => shape switch
    {
        "OCI manifest" => SampleImages.Single("web"),
        "OCI index" => SampleImages.TwoPlatforms("web"),
        "nested index" => SampleImages.NestedIndex("web"),
        "Docker manifest" => SampleImages.Docker("web"),
        "Docker list" => SampleImages.DockerList("web"),
        "attestations" => SampleImages.WithAttestations("web"),
        "foreign layer" => SampleImages.WithForeignLayer("web"),
        "Helm chart" => SampleImages.Artifact("chart", "application/vnd.cncf.helm.config.v1+json"),
        "WASM module" => SampleImages.Artifact("module", "application/vnd.wasm.config.v0+json"),
        "SBOM" => SampleImages.Artifact("packages", SampleImages.SbomType),
        "sha512" => SampleImages.Sha512("web"),
        "no layers" => new ImageBuilder().Build(),
        "no mediaType" => new ImageBuilder().WithoutMediaType().WithRandomLayer(100, 1).Build(),
        "repeated layer" => new ImageBuilder().WithRandomLayer(100, 1).WithRandomLayer(100, 1).Build(),
        "empty layer" => new ImageBuilder().WithLayer(Array.Empty<byte>()).Build(),
        "index of nothing" => new IndexBuilder().Build(),
        _ => throw new ArgumentOutOfRangeException(nameof(shape)),
    };

    private static Task PutAtSourceAsync(Scene scene, byte[] manifest, params (string Digest, byte[] Content)[] blobs)
    {
        foreach (var (digest, content) in blobs) scene.Source.AddBlob(Scene.Repository, digest, BlobContent.Of(content));
        return PutAtSourceAsync(scene, manifest, "application/vnd.oci.image.manifest.v1+json");
    }

    private static async Task PutAtSourceAsync(Scene scene, byte[] manifest, string mediaType)
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent(manifest);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using var response = await client.PutAsync(new Uri(scene.Source.Endpoint, $"/v2/{Scene.Repository}/manifests/1.0"), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        scene.Requests.Clear();
    }
}
