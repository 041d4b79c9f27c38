namespace Promoter.Tests.Architecture;

/// <summary>The project's working tree and its built assemblies, found from where the tests run.</summary>
internal static class SourceTree
{
    private static readonly string[] NotSource = [".git", ".cache", "artifacts", "bin", "obj"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file of the tree that somebody wrote, relative to the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string folder = "") =>
        Walk(new DirectoryInfo(Path.Combine(Root, folder))).Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));

    /// <summary>An assembly of the same build as the running tests.</summary>
    public static string Assembly(string project, string name)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "artifacts", "bin", project, configuration, name + ".dll");
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Promotion.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException($"No Promotion.sln above {AppContext.BaseDirectory}.");
        }

        return directory.FullName;
    }

    private static IEnumerable<FileInfo> Walk(DirectoryInfo directory) => directory.EnumerateFiles()
        .Concat(directory.EnumerateDirectories().Where(child => !NotSource.Contains(child.Name)).SelectMany(Walk));
}
