using System.Text;

namespace Promoter.Emulator.Images;

/// <summary>Ready-made images of every shape that a promotion meets. Another name gives other digests throughout.</summary>
public static class SampleImages
{
    public const string SignatureType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    public const string SbomType = "application/spdx+json";

    /// <summary>One OCI manifest with real layers.</summary>
    public static BuiltImage Single(string name, int layers = 2, string architecture = "amd64")
    {
        var builder = new ImageBuilder().ForPlatform("linux", architecture);
        for (var i = 0; i < layers; i++)
        {
            builder.WithFiles(new Dictionary<string, string>
            {
                [$"app/{name}-{i}.txt"] = $"layer {i} of {name} for {architecture}\n",
                ["start"] = $"#!/bin/sh\necho {name} {architecture}\n",
            });
        }

        return builder.Build();
    }

    /// <summary>An OCI index for amd64 and arm64.</summary>
    public static BuiltImage TwoPlatforms(string name, int layers = 2) =>
        new IndexBuilder().Add(Single(name, layers), Single(name, layers, "arm64")).Build();

    /// <summary>An index that holds an index and an image.</summary>
    public static BuiltImage NestedIndex(string name) => new IndexBuilder().Add(TwoPlatforms(name), Single(name + "-extra", 1, "s390x")).Build();

    /// <summary>An index as buildx pushes it: two platforms, each with an attestation manifest.</summary>
    public static BuiltImage WithAttestations(string name)
    {
        var (amd64, arm64) = (Single(name), Single(name, 2, "arm64"));
        return new IndexBuilder().Add(amd64, arm64).AddAttestation(amd64).AddAttestation(arm64).Build();
    }

    /// <summary>A Docker schema 2 manifest.</summary>
    public static BuiltImage Docker(string name, string architecture = "amd64") => new ImageBuilder().InDockerFormat().ForPlatform("linux", architecture)
        .WithFiles(new Dictionary<string, string> { [$"{name}.txt"] = $"{name} for {architecture}\n" }).Build();

    /// <summary>A Docker manifest list of two platforms.</summary>
    public static BuiltImage DockerList(string name) => new IndexBuilder().InDockerFormat().Add(Docker(name), Docker(name, "arm64")).Build();

    /// <summary>A Windows-like image: one foreign layer, one stored layer.</summary>
    public static BuiltImage WithForeignLayer(string name) => new ImageBuilder().InDockerFormat().ForPlatform("windows", "amd64").WithForeignLayer()
        .WithFiles(new Dictionary<string, string> { [$"{name}.txt"] = name }).Build();

    /// <summary>An image whose manifest, config and layer have sha512 digests.</summary>
    public static BuiltImage Sha512(string name) => new ImageBuilder().WithSha512().WithFiles(new Dictionary<string, string> { [$"{name}.txt"] = name }).Build();

    /// <summary>A Helm chart or other artifact without platform.</summary>
    public static BuiltImage Artifact(string name, string artifactType = "application/vnd.example.config.v1+json") =>
        new ImageBuilder().AsArtifact(artifactType).WithLayer(Encoding.UTF8.GetBytes(name), "text/plain").Build();

    /// <summary>An OCI 1.1 referrer.</summary>
    public static BuiltImage Referrer(BuiltImage subject, string artifactType, string content) => new ImageBuilder().AsArtifact(artifactType).WithSubject(subject)
        .WithLayer(Encoding.UTF8.GetBytes(content), artifactType).WithAnnotation("org.opencontainers.image.created", "2026-01-01T00:00:00Z").Build();

    public static BuiltImage Signature(BuiltImage subject) => Referrer(subject, SignatureType, $"signature of {subject.Digest}");

    public static BuiltImage Sbom(BuiltImage subject) => Referrer(subject, SbomType, $"packages of {subject.Digest}");

    /// <summary>What cosign keeps under <see cref="CosignTag"/>: an image without a subject.</summary>
    /// <param name="suffix">sig, att or sbom.</param>
    public static BuiltImage Cosign(BuiltImage subject, string suffix = "sig") => new ImageBuilder()
        .WithLayer(Encoding.UTF8.GetBytes($"{suffix} of {subject.Digest}"), "application/vnd.dev.cosign.simplesigning.v1+json").Build();

    /// <summary><c>sha256-HEX.sig</c>, <c>.att</c> or <c>.sbom</c>.</summary>
    public static string CosignTag(BuiltImage subject, string suffix = "sig") => $"{FallbackTag(subject.Digest)}.{suffix}";

    /// <summary>The tag of the referrers list where a registry has no referrers API (distribution-spec, "Referrers Tag Schema").</summary>
    public static string FallbackTag(string digest)
    {
        var colon = digest.IndexOf(':', StringComparison.Ordinal);
        return $"{digest[..Math.Min(colon, 32)]}-{digest[(colon + 1)..Math.Min(digest.Length, colon + 65)]}";
    }

    /// <summary>The index that clients keep under <see cref="FallbackTag"/>.</summary>
    public static BuiltImage FallbackIndex(params IReadOnlyList<BuiltImage> referrers) => new IndexBuilder().Add(referrers).Build();
}
