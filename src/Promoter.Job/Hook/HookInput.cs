using System.Text;
using Promoter.Discovery;
using Promoter.Discovery.Sources;
using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Manifests as one text, which is what is edited, and as documents, which is what is read.</summary>
/// <param name="Name">What messages call the text.</param>
/// <param name="Documents">With their positions in the text.</param>
internal sealed record HookInput(string Name, string Text, IReadOnlyList<ManifestDocument> Documents)
{
    public IEnumerable<YamlNode> Roots => Documents.Select(d => d.Root);

    public IReadOnlyList<ManifestEntry> Objects => [.. ManifestEntries.Of(Roots)];

    /// <summary>Files, directories and <c>-</c>, one after the other.</summary>
    /// <exception cref="PromotionException">A file cannot be read, or there is no manifest at all.</exception>
    /// <exception cref="ManifestException">A file is not YAML or JSON.</exception>
    public static HookInput OfFiles(IReadOnlyList<string> paths, Stream standardInput)
    {
        try
        {
            var files = paths.SelectMany(path => path == "-" ? [path] : new FileSource(path).Files()).ToList();
            return Of(string.Join(", ", paths), [.. files.Select(file => (file, file == "-" ? ReadAll(standardInput) : File.ReadAllBytes(file)))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PromotionException(ExitCode.Usage, $"cannot read the manifests: {e.Message}", e);
        }
    }

    /// <summary>What a kustomization is built to.</summary>
    /// <exception cref="PromotionException">It is built to nothing.</exception>
    /// <exception cref="ManifestException">It does not build.</exception>
    public static async Task<HookInput> OfKustomizationAsync(string directory, CancellationToken cancellationToken) =>
        Of(directory, [(directory, await new KustomizeSource(directory).RenderAsync(cancellationToken))]);

    /// <summary>Joins texts to one stream of documents.</summary>
    /// <exception cref="PromotionException">There is no manifest at all: an empty answer would delete what Argo CD manages.</exception>
    /// <exception cref="ManifestException">A text is not YAML or JSON.</exception>
    public static HookInput Of(string name, IReadOnlyList<(string File, byte[] Bytes)> texts)
    {
        // Read one by one first, so that what is wrong is said with its own file and line.
        var documents = texts.SelectMany(t => ManifestStream.Read(t.File, t.Bytes)).ToList();
        if (documents.Count == 0) throw new PromotionException(ExitCode.Usage, $"there are no manifests in {name}: an empty answer would delete the application, so this is an error");
        if (texts is [var (file, bytes)]) return new HookInput(name, ManifestStream.Decode(file, bytes), documents);
        var joined = Join(texts.Select(t => ManifestStream.Decode(t.File, t.Bytes)));
        return new HookInput(name, joined, ManifestStream.Read(name, Encoding.UTF8.GetBytes(joined)));
    }

    /// <summary>The image references in the manifests.</summary>
    public DiscoveryResult Find(DiscoveryOptions options) => ImageDiscovery.Find(Documents, options);

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

    private static byte[] ReadAll(Stream stream)
    {
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
