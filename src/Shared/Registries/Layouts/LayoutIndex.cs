using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Oci;

namespace Promoter.Registries.Layouts;

/// <summary>
/// A layout's <c>index.json</c>: what the layout holds, under which names. What it does not know it leaves as it is. Images stand there under their tags
/// (<c>org.opencontainers.image.ref.name</c>); what refers to them stands there without one, found by its subject, as oras does it.
/// </summary>
internal sealed class LayoutIndex
{
    public const string NameAnnotation = "org.opencontainers.image.ref.name";
    private readonly JsonObject _json;

    private LayoutIndex(JsonObject json, IReadOnlyList<Descriptor> entries)
    {
        _json = json;
        Entries = entries;
    }

    public static byte[] Empty => """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray();

    public IReadOnlyList<Descriptor> Entries { get; }

    /// <exception cref="ManifestFormatException">The bytes are no index.</exception>
    public static LayoutIndex Read(byte[] bytes)
    {
        var entries = ManifestReader.Read(bytes, MediaTypes.OciIndex).Manifests;
        return new LayoutIndex(JsonNode.Parse(bytes)!.AsObject(), entries);
    }

    public static string? NameOf(Descriptor entry) => entry.Annotations.TryGetValue(NameAnnotation, out var name) && name.Length > 0 ? name : null;

    /// <summary>The entries under a tag; more than one digest among them is an ambiguity.</summary>
    public IReadOnlyList<Descriptor> Under(Tag tag)
    {
        var text = tag.ToString();
        var exact = Entries.Where(e => NameOf(e) == text).DistinctBy(e => e.Digest).ToList();

        // Some tools put the whole reference there (skopeo does, where it is told so).
        return exact.Count > 0 ? exact : [.. Entries.Where(e => NameOf(e) is { } name && name.Contains('/') && name.EndsWith(':' + text, StringComparison.Ordinal)).DistinctBy(e => e.Digest)];
    }

    /// <summary>Adds a manifest under a tag, or without a name; null where nothing changes.</summary>
    public byte[]? With(Manifest manifest, Tag? tag)
    {
        var entries = _json["manifests"] as JsonArray ?? [];
        _json["manifests"] = entries;
        var changed = tag is { } name ? AddName(entries, manifest, name.ToString()) : AddNameless(entries, manifest);

        // Children stand below their index; on their own they stood here only until it came.
        foreach (var child in entries.Where(e => IsBare(e) && manifest.Manifests.Any(m => m.Digest.ToString() == DigestOf(e))).ToList())
        {
            entries.Remove(child);
            changed = true;
        }

        return changed ? JsonSerializer.SerializeToUtf8Bytes(_json, LayoutJson.Default.JsonObject) : null;
    }

    private static bool AddName(JsonArray entries, Manifest manifest, string name)
    {
        var digest = manifest.Digest.ToString();
        if (entries.Any(e => DigestOf(e) == digest && NameOf(e) == name) && entries.Count(e => NameOf(e) == name) == 1) return false;
        foreach (var old in entries.Where(e => NameOf(e) == name).ToList())
        {
            // What loses its name stays, so that the tag can be moved back.
            old!["annotations"]!.AsObject().Remove(NameAnnotation);
            if (entries.Count(e => DigestOf(e) == DigestOf(old)) > 1) entries.Remove(old);
        }

        if (entries.FirstOrDefault(e => DigestOf(e) == digest && NameOf(e) is null) is { } nameless) entries.Remove(nameless);
        entries.Add((JsonNode)Entry(manifest, name));
        return true;
    }

    private static bool AddNameless(JsonArray entries, Manifest manifest)
    {
        if (entries.Any(e => DigestOf(e) == manifest.Digest.ToString())) return false;
        entries.Add((JsonNode)Entry(manifest, null));
        return true;
    }

    private static JsonObject Entry(Manifest manifest, string? name)
    {
        var entry = new JsonObject { ["mediaType"] = manifest.MediaType, ["digest"] = manifest.Digest.ToString(), ["size"] = manifest.Size };
        if (manifest.Subject is not null && manifest.EffectiveArtifactType is { } type) entry["artifactType"] = type;
        if (name is not null) entry["annotations"] = new JsonObject { [NameAnnotation] = name };
        return entry;
    }

    private static string? DigestOf(JsonNode? entry) => (string?)entry?["digest"];

    private static string? NameOf(JsonNode? entry) => (string?)entry?["annotations"]?[NameAnnotation];

    private static bool IsBare(JsonNode? entry) => entry?["annotations"] is null && entry?["artifactType"] is null;
}
