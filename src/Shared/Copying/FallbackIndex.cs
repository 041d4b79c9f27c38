using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Keeps the referrers tag (<c>sha256-HEX</c>) of registries without the referrers API: an index that lists what refers to a digest, which clients
/// maintain (distribution-spec, "Referrers Tag Schema"). This index is ours to write; it is the only manifest that is ever composed here.
/// </summary>
internal static class FallbackIndex
{
    // Fields and characters as other clients write them, so that the same list has the same digest whoever wrote it.
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task AddAsync(IRepository target, IReadOnlyList<Manifest> referrers, CancellationToken cancellationToken)
    {
        foreach (var group in referrers.GroupBy(r => r.Subject!.Digest))
        {
            var tag = ManifestReference.Of(Tag.ForSubject(group.Key));
            var existing = await target.FetchManifestAsync(tag, cancellationToken);
            var added = group.Where(r => existing is null || existing.Manifests.All(d => d.Digest != r.Digest)).Select(r => r.ToDescriptor()).ToList();
            if (added.Count > 0) await target.PushManifestAsync(tag, Compose(existing, added), cancellationToken);
        }
    }

    /// <summary>The index with what it had already, as it stood there, and what is added.</summary>
    internal static Manifest Compose(Manifest? existing, IReadOnlyList<Descriptor> added)
    {
        var index = existing is { IsIndex: true } ? JsonNode.Parse(existing.Bytes.Span)!.AsObject() : new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex };
        if (index["manifests"] is not JsonArray manifests) index["manifests"] = manifests = [];
        foreach (var descriptor in added) manifests.Add((JsonNode)Write(descriptor));

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Format)) index.WriteTo(json);
        return ManifestReader.Read(buffer.ToArray(), existing is { IsIndex: true } ? existing.MediaType : MediaTypes.OciIndex);
    }

    private static JsonObject Write(Descriptor descriptor)
    {
        var json = new JsonObject { ["mediaType"] = descriptor.MediaType, ["digest"] = descriptor.Digest.ToString(), ["size"] = descriptor.Size };
        if (descriptor.Annotations.Count > 0)
        {
            json["annotations"] = new JsonObject(descriptor.Annotations.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        }

        if (descriptor.ArtifactType is { } type) json["artifactType"] = type;
        return json;
    }
}
