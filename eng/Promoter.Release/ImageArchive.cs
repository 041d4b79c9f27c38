using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Promoter.Release;

/// <summary>What the SDK wrote: an OCI image layout in a tar file, with one image of one platform in it.</summary>
internal sealed class ImageArchive
{
    private readonly Dictionary<string, byte[]> _files;

    private ImageArchive(Dictionary<string, byte[]> files) => _files = files;

    /// <summary>The image's manifest.</summary>
    public JsonObject Manifest => Parse(Descriptors(Parse(File("index.json")), "manifests").Single());

    public static async Task<ImageArchive> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        await using var stream = System.IO.File.OpenRead(path);
        await using var tar = new TarReader(stream);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (entry.DataStream is null) continue;
            using var content = new MemoryStream();
            await entry.DataStream.CopyToAsync(content, cancellationToken);
            files[entry.Name] = content.ToArray();
        }

        return new ImageArchive(files);
    }

    /// <summary>The bytes that a descriptor points to.</summary>
    public byte[] Blob(JsonNode descriptor) => File("blobs/" + ((string)descriptor["digest"]!).Replace(':', '/'));

    /// <summary>The document that a descriptor points to.</summary>
    public JsonObject Parse(JsonNode descriptor) => Parse(Blob(descriptor));

    public static IEnumerable<JsonNode> Descriptors(JsonObject document, string property) => document[property]!.AsArray().Select(d => d!);

    private static JsonObject Parse(byte[] json) => JsonNode.Parse(json)!.AsObject();

    private byte[] File(string name) =>
        _files.TryGetValue(name, out var content) ? content : throw new InvalidDataException($"the archive holds no {name}: it is no OCI image layout (publish with ContainerImageFormat=OCI)");
}
