namespace Promoter.Discovery.Sources;

/// <summary>A file of manifests, or a directory whose <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files are read, those of its subdirectories too.</summary>
public sealed class FileSource(string path) : IManifestSource
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    public string Description => path;

    public async Task<IReadOnlyList<ManifestDocument>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var documents = new List<ManifestDocument>();
            foreach (var file in Files()) documents.AddRange(await ReadFileAsync(file, cancellationToken));
            return documents;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"cannot read the manifests {path}: {e.Message}", e) { File = path };
        }
    }

    /// <summary>The file itself, or those of the directory in a fixed order.</summary>
    public IEnumerable<string> Files() => Directory.Exists(path) ? FilesOf(new DirectoryInfo(path)) : [path];

    private static async Task<IReadOnlyList<ManifestDocument>> ReadFileAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        return await new StreamSource(file, stream).ReadAsync(cancellationToken);
    }

    // Hidden directories are git's, or the "..data" behind a mounted ConfigMap whose files are linked from above; linked ones may go in circles.
    private IEnumerable<string> FilesOf(DirectoryInfo directory) => directory
        .EnumerateFiles().Where(f => Extensions.Contains(f.Extension, StringComparer.OrdinalIgnoreCase) && !f.Name.StartsWith('.'))
        .Select(f => Path.Combine(path, Path.GetRelativePath(path, f.FullName)))
        .Order(StringComparer.Ordinal)
        .Concat(directory.EnumerateDirectories()
            .Where(d => !d.Name.StartsWith('.') && d.LinkTarget is null)
            .OrderBy(d => d.Name, StringComparer.Ordinal)
            .SelectMany(FilesOf));
}
