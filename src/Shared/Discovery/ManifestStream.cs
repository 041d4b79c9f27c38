using System.Buffers;
using System.Text;
using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>Reads streams of manifests: YAML documents parted by <c>---</c>, a JSON document, or JSON documents one after the other.</summary>
public static class ManifestStream
{
    /// <summary>More than any rendered application has; beyond it somebody named the wrong file.</summary>
    public const int MaxBytes = 512 * 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="file">What messages call the stream.</param>
    /// <exception cref="ManifestException">
    /// The stream is binary, is not UTF-8 (or marked UTF-16), or is not YAML or JSON; or a key stands twice in a map.
    /// </exception>
    public static IReadOnlyList<ManifestDocument> Read(string file, Stream stream)
    {
        using var buffer = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(81920);
        try
        {
            while (stream.Read(chunk) is > 0 and var read)
            {
                buffer.Write(chunk, 0, read);
                if (buffer.Length > MaxBytes) throw TooLarge(file);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return Read(file, buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <inheritdoc cref="Read(string, Stream)"/>
    public static IReadOnlyList<ManifestDocument> Read(string file, ReadOnlySpan<byte> bytes)
    {
        if (IsBinary(bytes))
        {
            throw new ManifestException($"{file}: this is a binary file, not YAML or JSON: name the manifests, or their directory") { File = file };
        }

        try
        {
            var utf8 = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
            return JsonReader.LooksLikeJson(utf8) ? ReadJson(file, utf8) : ReadYaml(file, Decode(file, bytes));
        }
        catch (YamlFormatException e)
        {
            throw ManifestException.At(file, e.Position, e.Problem, e);
        }
    }

    internal static ManifestException TooLarge(string file) => new($"{file}: more than {MaxBytes >> 20} MiB: these are no manifests") { File = file };

    /// <summary>The text of a stream: UTF-8, or UTF-16 where a mark says so. A mark of UTF-8 stays in it.</summary>
    /// <exception cref="ManifestException">The bytes are neither.</exception>
    public static string Decode(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode.GetString(bytes[2..]);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Encoding.BigEndianUnicode.GetString(bytes[2..]);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var line = bytes[..Math.Max(0, e.Index)].Count((byte)'\n') + 1;
            throw ManifestException.At(file, new Position(line, 1), "a byte in this line is not UTF-8: save the file as UTF-8", e);
        }
    }

    // Its first bytes cannot be text.
    private static bool IsBinary(ReadOnlySpan<byte> start)
    {
        var isMarkedUtf16 = start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        return !isMarkedUtf16 && start[..Math.Min(start.Length, 8000)].Contains((byte)0);
    }

    private static List<ManifestDocument> ReadYaml(string file, string text)
    {
        var templates = new HelmSources(text);
        var documents = Checked(file, YamlReader.Read(file, text));
        return [.. documents.Select(d => new ManifestDocument(file, d.Index, d.Root!, templates.Before(d.Root!.Position.Line)))];
    }

    private static List<ManifestDocument> ReadJson(string file, ReadOnlySpan<byte> utf8)
    {
        try
        {
            return [.. Checked(file, JsonReader.Read(file, utf8)).Select(d => new ManifestDocument(file, d.Index, d.Root!))];
        }
        catch (YamlFormatException notJson)
        {
            try
            {
                // It only started like JSON, as flow-style YAML does, and JSON documents parted by "---".
                return ReadYaml(file, Decode(file, utf8));
            }
            catch (YamlFormatException)
            {
                throw notJson;
            }
        }
    }

    private static IEnumerable<YamlDocument> Checked(string file, IEnumerable<YamlDocument> documents)
    {
        foreach (var document in documents)
        {
            if (document.Problems.Count > 0)
            {
                var lines = document.Problems.OrderBy(p => p.Position).Select(p => $"{file}:{p.Position}: {p.Message}");
                throw new ManifestException(string.Join(Environment.NewLine, lines)) { File = file, Position = document.Problems.Min(p => p.Position) };
            }

            if (document.Root is not null) yield return document;
        }
    }
}
