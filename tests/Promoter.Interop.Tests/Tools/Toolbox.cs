namespace Promoter.Interop.Tests.Tools;

/// <summary>Finds real programs: first those that eng/install-tools.sh pinned in .cache/tools/bin, then those on PATH.</summary>
public static partial class Toolbox
{
    /// <summary>The folder that holds Promotion.sln.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>Full path of a program, or null where it is not installed.</summary>
    public static string? Find(string program) => Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders() =>
    [
        Path.Combine(RepositoryRoot, ".cache", "tools", "bin"),
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        // Daemons live there, and an unprivileged PATH often leaves it out.
        "/usr/sbin",
    ];

    private static string FindRepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Promotion.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException($"No Promotion.sln above {AppContext.BaseDirectory}.");
        }

        return directory.FullName;
    }
}
