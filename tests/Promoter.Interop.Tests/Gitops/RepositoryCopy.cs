using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

internal static class RepositoryCopy
{
    /// <summary>Copies a folder of the repository to the same place in the temporary folder, where a test may edit it.</summary>
    public static void CopyTree(this TemporaryFolder folder, string root, string tree)
    {
        var source = Path.Combine(root, tree);
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            folder.Write(Path.Combine(tree, Path.GetRelativePath(source, file)), File.ReadAllText(file));
        }
    }
}
