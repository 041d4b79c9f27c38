using System.Text;
using System.Text.Json.Nodes;
using Promoter.Oci;

namespace Promoter.Release;

/// <summary>Turns the SDK's images, one for each platform, into what is pushed: repeatable images, one index over them, and a bill of materials attached to each.</summary>
internal sealed class ReleaseContent(Build build)
{
    /// <summary>Blobs and manifests, children first; the index is <see cref="Index"/>.</summary>
    public MemoryRepository Content { get; } = new();

    /// <summary>The image's root.</summary>
    public Digest Index { get; private set; }

    public void Compose(IReadOnlyList<ImageArchive> archives)
    {
        var images = archives.Select(Add).ToList();
        var index = Content.AddManifest(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciIndex,
            ["manifests"] = new JsonArray([.. images.Select(i => i.Descriptor)]),
            ["annotations"] = new JsonObject(build.Annotations().Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
        });
        Index = Digest.Parse((string)index["digest"]!);
        foreach (var (descriptor, bill) in images) Attach(descriptor, bill);
        // Who looks at the tag sees the index: it gets the bill of its first platform, which differs from the others in the runtime pack's name alone.
        Attach(index, images[0].Bill);
    }

    private (JsonObject Descriptor, byte[] Bill) Add(ImageArchive archive)
    {
        var manifest = archive.Manifest;
        var layers = ImageArchive.Descriptors(manifest, "layers").ToList();
        var configuration = archive.Parse(manifest["config"]!);
        var program = ApplicationLayer.Repack(archive.Blob(layers[^1]), build.Created);

        foreach (var layer in layers[..^1]) Content.AddBlob((string)layer["mediaType"]!, archive.Blob(layer));
        var sealedLayers = new JsonArray([.. layers[..^1].Select(l => l.DeepClone()), Content.AddBlob(MediaTypes.OciLayerGzip, program.Compressed)]);
        Date(configuration, program.DiffId);
        var descriptor = Content.AddManifest(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["config"] = Content.AddBlob(MediaTypes.OciConfig, Encoding.UTF8.GetBytes(configuration.ToJsonString())),
            ["layers"] = sealedLayers,
        });
        descriptor["platform"] = new JsonObject { ["architecture"] = configuration["architecture"]!.DeepClone(), ["os"] = configuration["os"]!.DeepClone() };
        return (descriptor, BillOfMaterials.Compose(build, program.File($"app/{build.Program}.deps.json")));
    }

    // The SDK notes the time of the build; what the base image says of itself stays.
    private void Date(JsonObject configuration, string diffId)
    {
        configuration["created"] = build.CreatedText;
        var diffIds = configuration["rootfs"]!["diff_ids"]!.AsArray();
        diffIds[^1] = diffId;
        if (configuration["history"] is JsonArray { Count: > 0 } history) history[^1]!["created"] = build.CreatedText;
        var settings = configuration["config"]!.AsObject();
        var labels = settings["Labels"]?.AsObject() ?? [];
        foreach (var (name, value) in build.Annotations()) labels[name] = value;
        settings["Labels"] = new JsonObject(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => KeyValuePair.Create(l.Key, l.Value?.DeepClone())));
    }

    private void Attach(JsonObject subject, byte[] bill)
    {
        var plain = subject.DeepClone().AsObject();
        plain.Remove("platform");
        Content.AddManifest(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["artifactType"] = BillOfMaterials.MediaType,
            ["config"] = Content.AddBlob(MediaTypes.OciEmpty, "{}"u8.ToArray()),
            ["layers"] = new JsonArray(Content.AddBlob(BillOfMaterials.MediaType, bill)),
            ["subject"] = plain,
            ["annotations"] = new JsonObject { ["org.opencontainers.image.created"] = build.CreatedText },
        });
    }
}
