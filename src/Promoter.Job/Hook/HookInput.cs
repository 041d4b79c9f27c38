using System.Text;
using Promoter.Discovery;
using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Manifests as one text, which is what is edited, and as documents, which is what is read.</summary>
/// <param name="Name">What messages call the text.</param>
internal sealed record HookInput(string Name, string Text)
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    public IReadOnlyList<YamlDocument> Documents { get; } = [.. YamlReader.Read(Name, Text)];

    public IReadOnlyList<ManifestObject> Objects => [.. ManifestObjects.Of(Documents)];

    /// <summary>Files, directories and <c>-</c>, one after the other.</summary>
    /// <exception cref="PromotionException">A file cannot be read, or there is no manifest at all.</exception>
    /// <exception cref="ManifestException">A file is not YAML or JSON.</exception>
    public static HookInput OfFiles(IReadOnlyList<string> paths, Stream standardInput)
    {
        try
        {
            var files = paths.SelectMany(FilesOf).ToList();
            return Of(string.Join(", ", paths), [.. files.Select(file => (file, file == "-" ? ReadAll(standardInput) : File.ReadAllBytes(file)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PromotionException(ExitCode.Usage, $"cannot read the manifests: {e.Message}", e);
        }
    }

    /// <summary>Joins texts to one stream of documents.</summary>
    /// <exception cref="PromotionException">There is no manifest at all: an empty answer would delete what Argo CD manages.</exception>
    /// <exception cref="ManifestException">A text is not YAML or JSON.</exception>
    public static HookInput Of(string name, IReadOnlyList<(string File, byte[] Bytes)> texts)
    {
        // Read one by one first, so that what is wrong is said with its own file and line.
        var documents = texts.Sum(t => ManifestStream.Read(t.File, t.Bytes).Count);
        if (documents == 0) throw new PromotionException(ExitCode.Usage, $"there are no manifests in {name}: an empty answer would delete the application, so this is an error");
        return new HookInput(name, texts is [var (_, bytes)] ? Decode(bytes) : Join(texts.Select(t => Decode(t.Bytes))));
    }

    /// <summary>The image references in the manifests.</summary>
    public DiscoveryResult Find(DiscoveryOptions options) =>
        ImageDiscovery.Find(Documents.Where(d => d.Root is not null).Select(d => new ManifestDocument(Name, d.Index, d.Root!)), options);

    private static string Join(IEnumerable<string> texts)
    {
        var joined = new StringBuilder();
        foreach (var text in texts)
        {
            if (joined.Length > 0 && joined[^1] != '\n') joined.Append('\n');
            if (joined.Length > 0 && !text.StartsWith("---", StringComparison.Ordinal)) joined.Append("---\n");
            joined.Append(text);
        }

        return joined.ToString();
    }

    // A mark of UTF-8 stays in the text, so that it stands in the answer too; UTF-16 becomes UTF-8.
    private static string Decode(byte[] bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] => Encoding.Unicode.GetString(bytes.AsSpan(2)),
        [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2)),
        _ => Encoding.UTF8.GetString(bytes),
    };

    private static IEnumerable<string> FilesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)
        : [path];

    private static byte[] ReadAll(Stream stream)
    {
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
