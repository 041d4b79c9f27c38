using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Images;

/// <summary>Builds one image manifest or artifact. The same calls give the same digests.</summary>
public sealed class ImageBuilder
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    private readonly Dictionary<string, BlobContent> _blobs = new(StringComparer.Ordinal);
    private readonly List<JsonObject> _layers = [];
    private readonly List<string> _diffIds = [];
    private readonly JsonObject _annotations = [];
    private ImagePlatform? _platform = new("linux", "amd64");
    private (string MediaType, byte[] Bytes)? _config;
    private string _algorithm = ContentDigest.Sha256;
    private string? _artifactType;
    private BuiltImage? _subject;
    private bool _docker;
    private bool _namesItsType = true;

    public ImageBuilder ForPlatform(string os, string architecture, string? variant = null) => Set(() => _platform = new ImagePlatform(os, architecture, variant));

    /// <summary>Docker schema 2 instead of OCI.</summary>
    public ImageBuilder InDockerFormat() => Set(() => _docker = true);

    /// <summary>Manifest, config and the layers that follow have sha512 digests.</summary>
    public ImageBuilder WithSha512() => Set(() => _algorithm = ContentDigest.Sha512);

    /// <summary>The manifest has no <c>mediaType</c> of its own, which OCI allows.</summary>
    public ImageBuilder WithoutMediaType() => Set(() => _namesItsType = false);

    /// <summary>A real gzip tar layer of these files (path to text; text that begins with <c>#!</c> is executable).</summary>
    public ImageBuilder WithFiles(IReadOnlyDictionary<string, string> files)
    {
        var (tar, gzip) = LayerTar.Of(files);
        _diffIds.Add(ContentDigest.Of(tar));
        return AddLayer(ContentDigest.Of(gzip, _algorithm), BlobContent.Of(gzip), null);
    }

    /// <summary>A layer of random bytes.</summary>
    /// <param name="size">In bytes.</param>
    /// <param name="seed">The same seed and size give the same layer: that is how images share one.</param>
    public ImageBuilder WithRandomLayer(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return WithLayer(bytes);
    }

    public ImageBuilder WithLayer(ReadOnlyMemory<byte> bytes, string? mediaType = null)
    {
        _diffIds.Add(ContentDigest.Of(bytes.Span));
        return AddLayer(ContentDigest.Of(bytes.Span, _algorithm), BlobContent.Of(bytes), mediaType);
    }

    /// <summary>A layer of any size that takes no memory.</summary>
    public ImageBuilder WithLayer(SyntheticBlob blob)
    {
        _diffIds.Add(blob.Digest);
        return AddLayer(blob.Digest, blob, null);
    }

    /// <summary>A layer that registries do not store, as Windows base images have.</summary>
    public ImageBuilder WithForeignLayer(string url = "https://example.test/base.tar.gz")
    {
        var digest = ContentDigest.Of(Encoding.UTF8.GetBytes(url), _algorithm);
        _diffIds.Add(digest);
        _layers.Add(new JsonObject
        {
            ["mediaType"] = _docker ? "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" : "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            ["digest"] = digest,
            ["size"] = 1_000_000,
            ["urls"] = new JsonArray(url),
        });
        return this;
    }

    public ImageBuilder WithConfig(string mediaType, ReadOnlyMemory<byte> bytes) => Set(() => _config = (mediaType, bytes.ToArray()));

    /// <summary>An artifact: empty config, artifact type, no platform (image-spec, "Guidelines for Artifact Usage").</summary>
    public ImageBuilder AsArtifact(string artifactType) => Set(() =>
    {
        _artifactType = artifactType;
        _config = (EmptyType, "{}"u8.ToArray());
        _platform = null;
    });

    public ImageBuilder WithSubject(BuiltImage subject) => Set(() => _subject = subject);

    public ImageBuilder WithAnnotation(string key, string value) => Set(() => _annotations[key] = value);

    public BuiltImage Build()
    {
        var (configType, config) = _config ?? (_docker ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json", DefaultConfig());
        var blobs = new Dictionary<string, BlobContent>(_blobs, StringComparer.Ordinal);
        var configDigest = ContentDigest.Of(config, _algorithm);
        blobs[configDigest] = BlobContent.Of(config);

        var mediaType = _docker ? DockerManifest : OciManifest;
        var manifest = new JsonObject { ["schemaVersion"] = 2 };
        if (_docker || _namesItsType) manifest["mediaType"] = mediaType;
        if (_artifactType is not null) manifest["artifactType"] = _artifactType;
        manifest["config"] = new JsonObject { ["mediaType"] = configType, ["digest"] = configDigest, ["size"] = config.Length };
        manifest["layers"] = new JsonArray([.. _layers.Select(l => l.DeepClone())]);
        if (_subject is not null) manifest["subject"] = new JsonObject { ["mediaType"] = _subject.MediaType, ["digest"] = _subject.Digest, ["size"] = _subject.Bytes.Length };
        if (_annotations.Count > 0) manifest["annotations"] = _annotations.DeepClone();
        return new BuiltImage(mediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString(WireJson.Indented)), _algorithm)
        {
            Platform = _platform,
            ArtifactType = _artifactType,
            Blobs = blobs,
        };
    }

    private ImageBuilder Set(Action set)
    {
        set();
        return this;
    }

    private ImageBuilder AddLayer(string digest, BlobContent content, string? mediaType)
    {
        _blobs[digest] = content;
        _layers.Add(new JsonObject
        {
            ["mediaType"] = mediaType ?? (_docker ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : "application/vnd.oci.image.layer.v1.tar+gzip"),
            ["digest"] = digest,
            ["size"] = content.Length,
        });
        return this;
    }

    private byte[] DefaultConfig()
    {
        var config = _platform?.ToJson() ?? [];
        config["created"] = "2026-01-01T00:00:00Z";
        config["config"] = new JsonObject { ["Cmd"] = new JsonArray("/start") };
        config["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. _diffIds.Select(d => (JsonNode?)JsonValue.Create(d))]) };
        return Encoding.UTF8.GetBytes(config.ToJsonString(WireJson.Options));
    }
}
