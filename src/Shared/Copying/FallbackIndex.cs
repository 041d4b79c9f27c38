using System.Text.Json;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Keeps the referrers tag (<c>sha256-HEX</c>) of registries without the referrers API: an index that lists what refers to a digest, which clients
/// maintain (distribution-spec, "Referrers Tag Schema"). This index is ours to write; it is the only manifest that is ever composed here.
/// </summary>
internal static class FallbackIndex
{
    public static async Task AddAsync(IRepository target, IReadOnlyList<Manifest> referrers, CancellationToken cancellationToken)
    {
        foreach (var group in referrers.GroupBy(r => r.Subject!.Digest))
        {
            var tag = ManifestReference.Of(Tag.ForSubject(group.Key));
            var existing = (await target.FetchManifestAsync(tag, cancellationToken))?.Manifests ?? [];
            var added = group.Where(r => existing.All(d => d.Digest != r.Digest)).Select(r => r.ToDescriptor()).ToList();
            if (added.Count > 0) await target.PushManifestAsync(tag, Compose([.. existing, .. added]), cancellationToken);
        }
    }

    internal static Manifest Compose(IReadOnlyList<Descriptor> descriptors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", MediaTypes.OciIndex);
            json.WriteStartArray("manifests");
            foreach (var descriptor in descriptors) Write(json, descriptor);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return ManifestReader.Read(buffer.ToArray(), MediaTypes.OciIndex);
    }

    private static void Write(Utf8JsonWriter json, Descriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", descriptor.MediaType);
        json.WriteString("digest", descriptor.Digest.ToString());
        json.WriteNumber("size", descriptor.Size);
        if (descriptor.ArtifactType is { } type) json.WriteString("artifactType", type);
        if (descriptor.Annotations.Count > 0)
        {
            json.WriteStartObject("annotations");
            foreach (var (key, value) in descriptor.Annotations) json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
