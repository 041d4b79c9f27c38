using System.Text;
using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class ManifestReaderTests
{
    private static readonly string Config = Descriptor(MediaTypes.OciConfig, "config", 10);
    private static readonly string Layer = Descriptor(MediaTypes.OciLayerGzip, "layer", 20);

    [Theory]
    [InlineData(MediaTypes.OciManifest, null)]
    [InlineData(MediaTypes.DockerManifest, null)]
    [InlineData(null, MediaTypes.OciManifest)]
    [InlineData(null, MediaTypes.DockerManifest)]
    [InlineData(null, "application/vnd.oci.image.manifest.v1+json; charset=utf-8")]
    [InlineData(null, "application/octet-stream")]
    [InlineData(null, null)]
    public void An_image_manifest_names_its_config_first_and_then_its_layers(string? own, string? header)
    {
        var bytes = Bytes($$"""{"schemaVersion":2{{MediaType(own)}},"config":{{Config}},"layers":[{{Layer}},{{Layer}}],"annotations":{"a":"b","n":1} }""");

        var manifest = ManifestReader.Read(bytes, header);

        Assert.False(manifest.IsIndex);
        Assert.Equal([10, 20, 20], manifest.Blobs.Select(b => b.Size));
        Assert.Equal(manifest.Config, manifest.Blobs[0]);
        Assert.Empty(manifest.Manifests);
        Assert.Equal("b", Assert.Single(manifest.Annotations).Value);
        Assert.Equal(Digest.Of(bytes), manifest.Digest);
        Assert.True(manifest.Bytes.Span.SequenceEqual(bytes));
    }

    [Theory]
    [InlineData(MediaTypes.OciIndex, null)]
    [InlineData(MediaTypes.DockerManifestList, null)]
    [InlineData(null, MediaTypes.DockerManifestList)]
    [InlineData(null, null)]
    public void An_index_names_its_children_with_their_platforms(string? own, string? header)
    {
        var platform = """, "platform": {"architecture":"arm64","os":"linux","variant":"v8","os.version":"1"} }""";
        var child = Descriptor(MediaTypes.OciManifest, "c", 5).Replace("}", platform, StringComparison.Ordinal);
        var unknown = Descriptor(MediaTypes.OciManifest, "d", 6).Replace(
            "}", """, "platform": {"architecture":"unknown","os":"unknown"} }""", StringComparison.Ordinal);

        var manifest = ManifestReader.Read(Bytes($$"""{"schemaVersion":2{{MediaType(own)}},"manifests":[{{child}},{{unknown}}]}"""), header);

        Assert.True(manifest.IsIndex);
        Assert.Empty(manifest.Blobs);
        Assert.Equal(new Platform("arm64", "linux", "v8", "1"), manifest.Manifests[0].Platform);
        Assert.Equal("linux/arm64/v8", manifest.Manifests[0].Platform!.ToString());
        Assert.True(manifest.Manifests[1].Platform!.IsUnknown);
    }

    [Fact]
    public void The_type_in_the_manifest_wins_over_the_header()
    {
        var bytes = Bytes($$"""{"mediaType":"{{MediaTypes.DockerManifest}}","config":{{Config}},"layers":[]}""");

        var manifest = ManifestReader.Read(bytes, MediaTypes.OciManifest);

        Assert.Equal(MediaTypes.DockerManifest, manifest.MediaType);
    }

    [Fact]
    public void An_artifact_names_its_subject_and_type()
    {
        var manifest = ManifestReader.Read(Bytes(
            $$"""{"mediaType":"{{MediaTypes.OciManifest}}","artifactType":"application/spdx+json","config":{{Config}},"layers":[],"subject":{{Layer}}}"""));

        Assert.Equal(20, manifest.Subject?.Size);
        Assert.Equal("application/spdx+json", manifest.EffectiveArtifactType);
        Assert.Equal("application/spdx+json", manifest.ToDescriptor().ArtifactType);
    }

    [Fact]
    public void Without_an_artifact_type_the_configs_media_type_stands_for_it()
    {
        var manifest = ManifestReader.Read(Bytes($$"""{"mediaType":"{{MediaTypes.OciManifest}}","config":{{Config}},"layers":[]}"""));

        Assert.Equal(MediaTypes.OciConfig, manifest.EffectiveArtifactType);
    }

    [Fact]
    public void A_digest_that_the_manifest_was_asked_for_by_keeps_its_algorithm()
    {
        var bytes = Bytes($$"""{"mediaType":"{{MediaTypes.OciIndex}}","manifests":[]}""");
        var sha512 = Digest.Of(bytes, DigestAlgorithm.Sha512);

        Assert.Equal(sha512, ManifestReader.Read(bytes, digest: sha512).Digest);
    }

    [Fact]
    public void Embedded_content_is_given_where_it_matches_its_descriptor()
    {
        var manifest = ManifestReader.Read(WithData("{}"u8.ToArray(), Digest.Of("{}"u8), 2));

        Assert.Equal("{}"u8.ToArray(), manifest.Config!.EmbeddedContent!.Value.ToArray());
    }

    [Fact]
    public void Embedded_content_that_does_not_match_is_refused()
    {
        Refused(WithData("{}"u8.ToArray(), Digest.Of("[]"u8), 2), "does not match its digest");
        Refused(WithData("{}"u8.ToArray(), Digest.Of("{}"u8), 3), "does not match its digest");
        Refused(Bytes($$"""{"mediaType":"{{MediaTypes.OciManifest}}","config":{{Config[..^1]}},"data":"*"},"layers":[]}"""), "is not base64");
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"name":"a","fsLayers":[]}""", null)]
    [InlineData("""{"schemaVersion":1}""", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("""{"name":"a"}""", "application/vnd.docker.distribution.manifest.v1+json")]
    public void Schema_1_is_refused_with_advice(string text, string? header) => Refused(Bytes(text), "Docker schema 1", header);

    [Theory]
    [InlineData("<html><body>Sign in</body></html>", "HTML page")]
    [InlineData("\r\n  <!DOCTYPE html>", "HTML page")]
    [InlineData("", "is not JSON")]
    [InlineData("not json", "is not JSON")]
    [InlineData("{\"a\":", "is not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("{}", "media type ''")]
    [InlineData("{\"mediaType\":\"application/json\",\"manifests\":[]}", "media type 'application/json'")]
    [InlineData("{\"manifests\":{}}", "'manifests' of the manifest is not a list")]
    [InlineData("{\"layers\":[1]}", "'layers[0]' of the manifest is not a descriptor")]
    [InlineData("{\"layers\":[{\"digest\":\"x\",\"size\":1}]}", "'layers[0]' of the manifest: 'x' is not a digest")]
    [InlineData("{\"config\":\"x\"}", "'config' of the manifest is not a descriptor")]
    public void What_is_no_manifest_is_refused_with_the_reason(string text, string reason) => Refused(Bytes(text), reason);

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("\"1\"")]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775807")]
    [InlineData("70368744177665")]
    [InlineData("null")]
    public void A_size_that_is_no_size_is_refused(string size) =>
        Refused(Bytes($$"""{"layers":[{"digest":"{{Digest.Of("a"u8)}}","size":{{size}} }]}"""), "has no valid size");

    [Fact]
    public void A_document_that_could_be_read_in_two_ways_is_refused()
    {
        var both = Bytes($$"""{"schemaVersion":2,"config":{{Config}},"layers":[{{Layer}}],"manifests":[]}""");

        Refused(both, "it could be read in two ways", MediaTypes.OciIndex);
        Refused(both, "it could be read in two ways", MediaTypes.OciManifest);
        Refused(both, "it could be read in two ways");
        Refused(Bytes($$"""{"layers":[{{Layer}}]}"""), "has 'layers'", MediaTypes.OciIndex);
    }

    [Fact]
    public void A_manifest_has_at_most_4_MiB()
    {
        var padding = new string(' ', ManifestReader.MaxBytes);

        Refused(Bytes($$"""{"manifests":[]}{{padding}}"""), "at most 4194304 (4 MiB)");
        Assert.True(ManifestReader.Read(Bytes($$"""{"manifests":[]}{{padding[..^16]}}""")).IsIndex);
    }

    [Fact]
    public void Foreign_layers_are_known_by_their_type_and_keep_their_addresses()
    {
        var layer = $$"""{"mediaType":"{{MediaTypes.DockerForeignLayer}}","digest":"{{Digest.Of("a"u8)}}","size":1,"urls":["https://a.example/x",2]}""";

        var manifest = ManifestReader.Read(Bytes($$"""{"config":{{Config}},"layers":[{{layer}}]}"""));

        Assert.True(MediaTypes.IsForeignLayer(manifest.Blobs[1].MediaType));
        Assert.True(MediaTypes.IsForeignLayer("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"));
        Assert.False(MediaTypes.IsForeignLayer(MediaTypes.OciLayerGzip));
        Assert.Equal(["https://a.example/x"], manifest.Blobs[1].Urls);
    }

    private static void Refused(byte[] bytes, string reason, string? header = null) =>
        Assert.Contains(reason, Assert.Throws<ManifestFormatException>(() => ManifestReader.Read(bytes, header)).Message, StringComparison.Ordinal);

    private static byte[] WithData(byte[] data, Digest digest, int size) => Bytes(
        $$"""
        {"mediaType":"{{MediaTypes.OciManifest}}","layers":[],
         "config":{"digest":"{{digest}}","size":{{size}},"data":"{{Convert.ToBase64String(data)}}"} }
        """);

    private static string Descriptor(string mediaType, string content, int size) =>
        $$"""{"mediaType":"{{mediaType}}","digest":"{{Digest.Of(Encoding.UTF8.GetBytes(content))}}","size":{{size}}}""";

    private static string MediaType(string? type) => type is null ? "" : $",\"mediaType\":\"{type}\"";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
