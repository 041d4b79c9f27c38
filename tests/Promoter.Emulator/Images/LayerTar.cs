using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Promoter.Emulator.Images;

/// <summary>Real layers: a tar of small files, compressed, with the same bytes every time.</summary>
internal static class LayerTar
{
    public static (byte[] Tar, byte[] Gzip) Of(IReadOnlyDictionary<string, string> files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                var executable = text.StartsWith("#!", StringComparison.Ordinal);
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
                {
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    Mode = executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100,
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                });
            }
        }

        var gzip = new MemoryStream();
        using (var compressor = new GZipStream(gzip, CompressionLevel.Optimal, leaveOpen: true)) compressor.Write(tar.ToArray());
        return (tar.ToArray(), gzip.ToArray());
    }
}
