using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

/// <summary>Looks into layers.</summary>
internal static class Layers
{
    /// <summary>A file of a layer.</summary>
    public sealed record Entry(string Name, long Length, string Content);

    public static async Task<IReadOnlyList<Entry>> EntriesAsync(DistributionRegistry registry, string repository, JsonNode layer)
    {
        var entries = new List<Entry>();
        await using var gzip = new GZipStream(new MemoryStream(await registry.ReadBlobAsync(repository, (string)layer["digest"]!)), CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            var content = entry.DataStream is null ? [] : await SHA256.HashDataAsync(entry.DataStream);
            entries.Add(new Entry(name, entry.Length, Convert.ToHexStringLower(content)));
        }

        return entries;
    }

    /// <summary>Names of files that are not the same in both.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(DistributionRegistry registry, string repository, JsonNode one, JsonNode other)
    {
        var first = (await EntriesAsync(registry, repository, one)).ToHashSet();
        first.SymmetricExceptWith(await EntriesAsync(registry, repository, other));
        return [.. first.Select(e => e.Name).Distinct().Order(StringComparer.Ordinal)];
    }
}
