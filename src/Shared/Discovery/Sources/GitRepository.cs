namespace Promoter.Discovery.Sources;

/// <summary>Reads revisions of the repository around a directory, and changes nothing in it.</summary>
internal sealed class GitRepository(string directory)
{
    private static readonly Tool Git = new("git", "install git, or render both revisions yourself");

    /// <summary>The commit that a revision names.</summary>
    /// <exception cref="ManifestException">There is no such commit here.</exception>
    public async Task<string> CommitAsync(string revision, CancellationToken cancellationToken)
    {
        try
        {
            // --end-of-options: a revision that starts with a dash must not become an option.
            return await Git.ReadTextAsync([.. In, "rev-parse", "--verify", "--end-of-options", $"{revision}^{{commit}}"], cancellationToken);
        }
        catch (ManifestException e)
        {
            throw new ManifestException($"git does not know the revision '{revision}' (a shallow clone lacks older ones: fetch with depth 0): {e.Message}", e);
        }
    }

    public async Task<string> MergeBaseAsync(string one, string other, CancellationToken cancellationToken)
    {
        try
        {
            return await Git.ReadTextAsync([.. In, "merge-base", one, other], cancellationToken);
        }
        catch (ManifestException e)
        {
            throw new ManifestException($"the revisions have no common ancestor here (a shallow clone lacks it: fetch with depth 0): {e.Message}", e);
        }
    }

    /// <summary>Writes the files of a commit below a directory, and answers where our directory is among them.</summary>
    public async Task<string> CheckOutAsync(string commit, DirectoryInfo into, CancellationToken cancellationToken)
    {
        // Through an index of our own: a worktree would leave its mark in the repository, and an archive leaves out what .gitattributes excludes.
        var index = new Dictionary<string, string> { ["GIT_INDEX_FILE"] = Path.Combine(into.FullName, "index") };
        var tree = Path.Combine(into.FullName, "tree");
        var top = await Git.ReadTextAsync([.. In, "rev-parse", "--show-toplevel"], cancellationToken);
        var prefix = await Git.ReadTextAsync([.. In, "rev-parse", "--show-prefix"], cancellationToken);
        await Git.RunAsync(["-C", top, "read-tree", commit], cancellationToken, index);
        await Git.RunAsync(["-C", top, "checkout-index", "--all", "--quiet", $"--prefix={tree}/"], cancellationToken, index);
        return Path.Combine(tree, prefix);
    }

    private string[] In => Directory.Exists(directory)
        ? ["-C", Path.GetFullPath(directory)]
        : throw new ManifestException($"-k {directory}: there is no such directory") { File = directory };
}
