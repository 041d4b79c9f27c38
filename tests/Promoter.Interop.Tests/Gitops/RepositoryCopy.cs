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
            var copy = folder.Write(Path.Combine(tree, Path.GetRelativePath(source, file)), File.ReadAllText(file));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(copy, File.GetUnixFileMode(file));
        }
    }

    /// <summary>A program of a few lines of shell, in a folder of its own, for the PATH of others; answers with its path.</summary>
    public static string Program(this TemporaryFolder folder, string name, string script)
    {
        var path = folder.Write($"programs/{name}", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
