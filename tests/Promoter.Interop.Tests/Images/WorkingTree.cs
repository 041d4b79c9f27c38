using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

internal static class WorkingTree
{
    /// <summary>Clones the repository, and brings the clone to the state of the working tree, so that a change counts before it is committed.</summary>
    public static async Task CopyAsync(string target)
    {
        var git = new ExternalProgram(Toolbox.Require("git")) { WorkingDirectory = Toolbox.RepositoryRoot };
        await git.RunAsync("clone", "--quiet", "--no-hardlinks", Toolbox.RepositoryRoot, target);
        var files = (await git.RunAsync("ls-files", "-z", "--cached", "--others", "--exclude-standard")).Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        foreach (var file in files)
        {
            var (from, to) = (Path.Combine(Toolbox.RepositoryRoot, file), Path.Combine(target, file));
            if (!File.Exists(from))
            {
                File.Delete(to);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to, overwrite: true);
        }
    }
}
