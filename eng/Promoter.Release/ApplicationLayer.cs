using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Promoter.Release;

/// <summary>
/// The layer with the program, packed so that one commit gives one digest. The SDK packs files in the order in which the file system lists them, with the
/// time and the process id of the build (dotnet/sdk-container-builds#585); here they are sorted, and carry the commit's time.
/// </summary>
internal sealed class ApplicationLayer
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnixFileMode> _modes = new(StringComparer.Ordinal);

    /// <summary>The layer as a registry stores it.</summary>
    public byte[] Compressed { get; private set; } = [];

    /// <summary>Digest of the uncompressed tar, which the image configuration lists.</summary>
    public string DiffId { get; private set; } = "";

    /// <summary>Repacks a layer.</summary>
    public static ApplicationLayer Repack(byte[] compressed, DateTimeOffset modified)
    {
        var layer = new ApplicationLayer();
        layer.Read(compressed);
        var tar = layer.Write(modified);
        layer.DiffId = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(tar))}";
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.SmallestSize)) gzip.Write(tar);
        layer.Compressed = output.ToArray();
        return layer;
    }

    /// <summary>The content of a file, by its path in the image.</summary>
    public byte[] File(string path) => _files.TryGetValue(path, out var content) ? content : throw new InvalidDataException($"the program's layer holds no {path}");

    private void Read(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory) continue;
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) throw new InvalidDataException($"{entry.Name} is a {entry.EntryType}: a program's layer holds files only");
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            _files[entry.Name] = content.ToArray();
            _modes[entry.Name] = entry.Mode;
        }
    }

    private byte[] Write(DateTimeOffset modified)
    {
        using var output = new MemoryStream();
        // ustar has neither fractions of seconds nor extended headers, which carry the process id.
        using (var tar = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in Folders())
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder + "/") { ModificationTime = modified, Mode = (UnixFileMode)0b111_101_101 });
            }

            foreach (var (path, content) in _files)
            {
                using var data = new MemoryStream(content);
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { ModificationTime = modified, Mode = _modes[path], DataStream = data });
            }
        }

        return output.ToArray();
    }

    private IEnumerable<string> Folders() =>
        _files.Keys.SelectMany(Parents).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1)) yield return path[..slash];
    }
}
