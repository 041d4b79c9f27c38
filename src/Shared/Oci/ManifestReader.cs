using System.Text.Json;

namespace Promoter.Oci;

/// <summary>Reads the descriptors out of a manifest's bytes and leaves the bytes as they are.</summary>
public static class ManifestReader
{
    /// <summary>Largest manifest that registries must accept and ECR stores (distribution-spec, "Pushing Manifests": 4 MiB).</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <param name="bytes">The manifest as it came.</param>
    /// <param name="mediaType">The Content-Type it came with; used where the manifest itself names none.</param>
    /// <param name="digest">The digest it was asked for by; null computes sha256.</param>
    /// <exception cref="ManifestFormatException">Not JSON, not a known manifest, schema 1, or larger than <see cref="MaxBytes"/>.</exception>
    public static Manifest Read(ReadOnlyMemory<byte> bytes, string? mediaType = null, Digest? digest = null)
    {
        if (bytes.Length > MaxBytes) throw new ManifestFormatException($"the manifest has {bytes.Length} bytes: registries accept at most {MaxBytes} (4 MiB)") { IsUnsupported = true };
        using var document = ParseJson(bytes, mediaType);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new ManifestFormatException("the manifest is not a JSON object");

        var type = TypeOf(root, mediaType);
        var name = digest ?? Digest.Of(bytes.Span);
        RefuseAmbiguity(root, type);
        if (MediaTypes.IsIndex(type))
        {
            return new Manifest(type, name, bytes)
            {
                Manifests = DescriptorReader.List(root, "manifests"),
                Subject = DescriptorReader.Optional(root, "subject"),
                ArtifactType = DescriptorReader.Text(root, "artifactType"),
                Annotations = DescriptorReader.Annotations(root),
            };
        }

        var config = DescriptorReader.Optional(root, "config");
        var layers = DescriptorReader.List(root, "layers");
        return new Manifest(type, name, bytes)
        {
            Config = config,
            Blobs = config is null ? layers : [config, .. layers],
            Subject = DescriptorReader.Optional(root, "subject"),
            ArtifactType = DescriptorReader.Text(root, "artifactType"),
            Annotations = DescriptorReader.Annotations(root),
        };
    }

    // A document that is an index to one reader and a manifest to another has two meanings under one digest (CVE-2021-41190).
    private static void RefuseAmbiguity(JsonElement root, string type)
    {
        string[] foreign = MediaTypes.IsIndex(type) ? ["config", "layers"] : ["manifests"];
        if (Array.Find(foreign, name => root.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null) is { } name)
        {
            throw new ManifestFormatException($"the manifest is of type '{type}' and has '{name}', which that type does not have: it could be read in two ways");
        }
    }

    private static JsonDocument ParseJson(ReadOnlyMemory<byte> bytes, string? mediaType)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException e)
        {
            var html = bytes.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8);
            throw new ManifestFormatException(
                html
                    ? "the registry answered with an HTML page where a manifest was due: a proxy or login page stands between us and the registry"
                    : $"the manifest is not JSON ({mediaType ?? "no media type"}): {e.Message}",
                e)
            { IsDamaged = !html };
        }
    }

    // The bytes' own mediaType wins over the header: Docker types always carry it, OCI manifests may leave it out (image-spec, manifest.md).
    private static string TypeOf(JsonElement root, string? header)
    {
        var own = DescriptorReader.Text(root, "mediaType");
        var type = own ?? header ?? "";
        if (MediaTypes.IsSchema1(type) || (root.TryGetProperty("schemaVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1))
        {
            throw new ManifestFormatException(
                "the image is in Docker schema 1 format, which has no stable digest and which ECR and current runtimes refuse: rebuild it, or push it again with a current client")
            { IsUnsupported = true };
        }

        if (MediaTypes.IsManifest(type)) return type;
        if (own is null && root.TryGetProperty("manifests", out _)) return MediaTypes.OciIndex;
        if (own is null && (root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _))) return MediaTypes.OciManifest;
        throw new ManifestFormatException($"media type '{type}' is neither an OCI or Docker schema 2 manifest nor an index");
    }
}
