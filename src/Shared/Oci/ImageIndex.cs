using System.Buffers;
using System.Text.Json;

namespace Promoter.Oci;

/// <summary>Assembles an index from manifests that exist (OCI image-spec, image-index.md). The same manifests in the same order give the same bytes, hence the same digest.</summary>
public static class ImageIndex
{
    /// <param name="manifests">What it lists, in that order, each with its platform.</param>
    /// <returns>A Docker manifest list where every entry is a Docker manifest, else an OCI index: clients expect the formats unmixed where they can be.</returns>
    public static Manifest Assemble(IReadOnlyList<Descriptor> manifests)
    {
        var mediaType = manifests.All(m => m.MediaType == MediaTypes.DockerManifest) ? MediaTypes.DockerManifestList : MediaTypes.OciIndex;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", mediaType);
            json.WriteStartArray("manifests");
            foreach (var manifest in manifests) Write(json, manifest);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return ManifestReader.Read(buffer.WrittenMemory, mediaType);
    }

    private static void Write(Utf8JsonWriter json, Descriptor manifest)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", manifest.MediaType);
        json.WriteString("digest", manifest.Digest.ToString());
        json.WriteNumber("size", manifest.Size);
        if (manifest.Platform is { } platform)
        {
            json.WriteStartObject("platform");
            json.WriteString("architecture", platform.Architecture);
            json.WriteString("os", platform.Os);
            if (platform.Variant is { } variant) json.WriteString("variant", variant);
            if (platform.OsVersion is { } version) json.WriteString("os.version", version);
            json.WriteEndObject();
        }

        if (manifest.Annotations.Count > 0)
        {
            json.WriteStartObject("annotations");
            foreach (var (key, value) in manifest.Annotations) json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
