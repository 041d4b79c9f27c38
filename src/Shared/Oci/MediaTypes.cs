namespace Promoter.Oci;

/// <summary>The media types whose meaning a copier must know; every other one is content like any other.</summary>
public static class MediaTypes
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    private const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    private const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    private const string NondistributablePrefix = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>What we ask a registry for. Schema 1 is left out: a registry that can convert to it must not.</summary>
    public static IReadOnlyList<string> AcceptedManifests { get; } = [OciIndex, OciManifest, DockerManifestList, DockerManifest];

    public static bool IsIndex(string mediaType) => WithoutParameters(mediaType) is OciIndex or DockerManifestList;

    public static bool IsManifest(string mediaType) => IsIndex(mediaType) || WithoutParameters(mediaType) is OciManifest or DockerManifest;

    public static bool IsSchema1(string mediaType) => WithoutParameters(mediaType) is DockerSchema1 or DockerSchema1Signed;

    /// <summary>Layers that registries do not store and clients fetch from <see cref="Descriptor.Urls"/> (Windows base layers).</summary>
    public static bool IsForeignLayer(string mediaType) =>
        WithoutParameters(mediaType) is DockerForeignLayer || mediaType.StartsWith(NondistributablePrefix, StringComparison.Ordinal);

    private static string WithoutParameters(string mediaType) =>
        mediaType.IndexOf(';', StringComparison.Ordinal) is >= 0 and var semicolon ? mediaType[..semicolon].TrimEnd() : mediaType;
}
