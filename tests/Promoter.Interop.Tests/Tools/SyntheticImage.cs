using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Tools;

/// <summary>A layer of noise: a function of its size in bytes and its seed alone.</summary>
public sealed record SyntheticLayer(long Size, int Seed);

/// <summary>
/// Images whose layers are noise of a given size, pushed straight into a registry without touching the disk. A layer is a function of its size
/// and seed alone. Nothing can run them; they are for measuring.
/// </summary>
public static class SyntheticImage
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>Pushes a single image.</summary>
    /// <returns>The digest of the manifest.</returns>
    public static async Task<string> PushAsync(string host, string repository, string tag, IReadOnlyList<long> layerSizes, int seed = 1)
    {
        var manifest = await PushContentAsync(host, repository, "amd64", [.. layerSizes.Select((size, position) => new SyntheticLayer(size, seed + position))]);
        return await PutManifestAsync(host, repository, tag, ManifestType, manifest);
    }

    /// <summary>Pushes an index of one image for each architecture.</summary>
    /// <returns>The digest of the index.</returns>
    public static async Task<string> PushIndexAsync(
        string host, string repository, string tag, IReadOnlyList<(string Architecture, IReadOnlyList<SyntheticLayer> Layers)> platforms)
    {
        var children = new JsonArray();
        foreach (var (architecture, layers) in platforms)
        {
            var manifest = await PushContentAsync(host, repository, architecture, layers);
            var descriptor = Descriptor(ManifestType, DigestOf(manifest), manifest.Length);
            descriptor["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" };
            children.Add(descriptor);
            await PutManifestAsync(host, repository, DigestOf(manifest), ManifestType, manifest);
        }

        var index = Encoding.UTF8.GetBytes(
            new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = children }.ToJsonString());
        return await PutManifestAsync(host, repository, tag, IndexType, index);
    }

    /// <summary>Pushes an index of one image for each architecture, none of which shares a layer with another.</summary>
    /// <returns>The digest of the index.</returns>
    public static Task<string> PushIndexAsync(string host, string repository, string tag, IReadOnlyList<string> architectures, IReadOnlyList<long> layerSizes) =>
        PushIndexAsync(host, repository, tag, [.. architectures.Select((architecture, platform) => (architecture, (IReadOnlyList<SyntheticLayer>)[.. layerSizes.Select((size, position) => new SyntheticLayer(size, 1 + (1000 * platform) + position))]))]);

    private static async Task<byte[]> PushContentAsync(string host, string repository, string architecture, IReadOnlyList<SyntheticLayer> contents)
    {
        var layers = new JsonArray();
        foreach (var (size, seed) in contents)
        {
            using var content = new NoiseContent(size, seed);
            layers.Add(Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", await PushBlobAsync(host, repository, content), size));
        }

        var configuration = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => layer!["digest"]!.DeepClone())]) },
        }.ToJsonString());
        using var configurationContent = new NoiseContent(configuration);
        await PushBlobAsync(host, repository, configurationContent);
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", DigestOf(configuration), configuration.Length),
            ["layers"] = layers,
        }.ToJsonString());
    }

    /// <summary>POST, PATCH with the stream, PUT with the digest that the stream turned out to have (distribution-spec, pushing a blob in chunks).</summary>
    private static async Task<string> PushBlobAsync(string host, string repository, NoiseContent content)
    {
        var root = new Uri($"http://{host}");
        using var started = (await Client.PostAsync(new Uri(root, $"/v2/{repository}/blobs/uploads/"), content: null)).EnsureSuccessStatusCode();
        using var sent = (await Client.PatchAsync(new Uri(root, started.Headers.Location!), content)).EnsureSuccessStatusCode();
        var commit = new UriBuilder(new Uri(root, sent.Headers.Location!));
        commit.Query += $"&digest={Uri.EscapeDataString(content.Digest)}";
        using var committed = (await Client.PutAsync(commit.Uri, content: null)).EnsureSuccessStatusCode();
        return content.Digest;
    }

    private static async Task<string> PutManifestAsync(string host, string repository, string reference, string mediaType, byte[] manifest)
    {
        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new(mediaType);
        using var response = (await Client.PutAsync(new Uri($"http://{host}/v2/{repository}/manifests/{reference}"), content)).EnsureSuccessStatusCode();
        return DigestOf(manifest);
    }

    private static JsonObject Descriptor(string mediaType, string digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };

    private static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
