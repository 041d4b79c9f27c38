using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Images;

/// <summary>Builds an index or manifest list.</summary>
public sealed class IndexBuilder
{
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private readonly List<(BuiltImage Image, JsonObject Descriptor)> _children = [];
    private readonly JsonObject _annotations = [];
    private string _algorithm = ContentDigest.Sha256;
    private BuiltImage? _subject;
    private bool _docker;

    public IndexBuilder Add(params IReadOnlyList<BuiltImage> images)
    {
        foreach (var image in images) _children.Add((image, image.Describe()));
        return this;
    }

    /// <summary>What buildx adds per platform: an attestation manifest for <c>unknown/unknown</c> that names its image in an annotation.</summary>
    public IndexBuilder AddAttestation(BuiltImage subject)
    {
        var statement = Encoding.UTF8.GetBytes($"{{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"subject\":[{{\"digest\":\"{subject.Digest}\"}}]}}");
        var attestation = new ImageBuilder().ForPlatform("unknown", "unknown").WithLayer(statement, "application/vnd.in-toto+json").Build();
        var descriptor = attestation.Describe();
        descriptor["annotations"] = new JsonObject
        {
            ["vnd.docker.reference.digest"] = subject.Digest,
            ["vnd.docker.reference.type"] = "attestation-manifest",
        };
        _children.Add((attestation, descriptor));
        return this;
    }

    public IndexBuilder InDockerFormat()
    {
        _docker = true;
        return this;
    }

    public IndexBuilder WithSha512()
    {
        _algorithm = ContentDigest.Sha512;
        return this;
    }

    public IndexBuilder WithSubject(BuiltImage subject)
    {
        _subject = subject;
        return this;
    }

    public IndexBuilder WithAnnotation(string key, string value)
    {
        _annotations[key] = value;
        return this;
    }

    public BuiltImage Build()
    {
        var mediaType = _docker ? DockerList : OciIndex;
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["manifests"] = new JsonArray([.. _children.Select(c => c.Descriptor.DeepClone())]),
        };
        if (_subject is not null) index["subject"] = new JsonObject { ["mediaType"] = _subject.MediaType, ["digest"] = _subject.Digest, ["size"] = _subject.Bytes.Length };
        if (_annotations.Count > 0) index["annotations"] = _annotations.DeepClone();
        return new BuiltImage(mediaType, Encoding.UTF8.GetBytes(index.ToJsonString(WireJson.Indented)), _algorithm) { Children = [.. _children.Select(c => c.Image)] };
    }
}
