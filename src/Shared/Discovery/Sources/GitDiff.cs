namespace Promoter.Discovery.Sources;

/// <summary>An overlay at two revisions, for promoting only what a change brings.</summary>
/// <param name="range">The revisions.</param>
/// <param name="directory">The overlay in the working tree; at each revision, the directory of the same path is rendered.</param>
public sealed class GitDiff(RevisionRange range, string directory)
{
    private readonly GitRepository _git = new(directory);

    /// <summary>Renders both revisions. An overlay that does not exist at one of them has no documents there.</summary>
    /// <exception cref="ManifestException">A revision is not there, the overlay exists at neither, or one does not build.</exception>
    public async Task<(IReadOnlyList<ManifestDocument> Before, IReadOnlyList<ManifestDocument> After)> ReadAsync(CancellationToken cancellationToken)
    {
        var head = await _git.CommitAsync(range.Head, cancellationToken);
        var start = await _git.CommitAsync(range.Base, cancellationToken);
        if (range.SinceParting) start = await _git.MergeBaseAsync(start, head, cancellationToken);
        var before = await RenderAsync(start, range.Base, cancellationToken);
        var after = await RenderAsync(head, range.Head, cancellationToken);
        return before is null && after is null
            ? throw new ManifestException($"-k {directory}: there is no such directory at {range.Base} nor at {range.Head}") { File = directory }
            : (before ?? [], after ?? []);
    }

    /// <summary>What <paramref name="after"/> names and <paramref name="before"/> did not; what is wrong or skipped afterwards stays.</summary>
    public static DiscoveryResult Changes(DiscoveryResult before, DiscoveryResult after)
    {
        var known = before.Images.ToHashSet();
        return after with { Findings = [.. after.Findings.Where(f => !known.Contains(f.Reference))] };
    }

    private async Task<IReadOnlyList<ManifestDocument>?> RenderAsync(string commit, string revision, CancellationToken cancellationToken)
    {
        var temporary = Directory.CreateTempSubdirectory("promoter-git-");
        try
        {
            var overlay = await _git.CheckOutAsync(commit, temporary, cancellationToken);
            if (!Directory.Exists(overlay)) return null;
            var documents = await new KustomizeSource(overlay).ReadAsync(cancellationToken);
            return [.. documents.Select(d => d with { File = $"{directory} at {revision}" })];
        }
        catch (ManifestException e)
        {
            throw new ManifestException($"{directory} at {revision}: {e.Message}", e) { File = directory };
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }
}
