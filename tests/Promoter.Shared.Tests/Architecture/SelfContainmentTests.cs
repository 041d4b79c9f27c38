using System.Text.RegularExpressions;

namespace Promoter.Tests.Architecture;

/// <summary>The project builds from its own tree: nothing in it points outside.</summary>
public sealed partial class SelfContainmentTests
{
    [Fact]
    public void No_file_refers_to_a_folder_outside_the_repository()
    {
        // Put together here, so that this file does not find itself. The engine's folder is src/Shared, with a capital.
        var outside = string.Concat("..", "/shared");

        var found = SourceTree.Files().Where(IsText)
            .Where(file => File.ReadAllText(Path.Combine(SourceTree.Root, file)).Contains(outside, StringComparison.Ordinal));

        Assert.Empty(found);
    }

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Root, "Promotion.sln"));

        var forgotten = SourceTree.Files().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(file => !solution.Contains(file.Replace('/', '\\'), StringComparison.Ordinal));

        Assert.Empty(forgotten);
    }

    [Fact]
    public void Every_relative_link_of_a_page_leads_somewhere()
    {
        var broken =
            from page in SourceTree.Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            from Match match in Link().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, page)))
            let target = Path.Combine(SourceTree.Root, Path.GetDirectoryName(page)!, match.Groups["path"].Value)
            where !Path.Exists(target)
            select $"{page}: {match.Value}";

        Assert.Empty(broken);
    }

    private static bool IsText(string file) => Path.GetExtension(file) is
        ".cs" or ".csproj" or ".props" or ".targets" or ".sln" or ".sh" or ".json" or ".yaml" or ".yml" or ".md" or "" or ".tpl";

    /// <summary>A Markdown link with a path in this tree, up to its fragment.</summary>
    [GeneratedRegex(@"\]\((?!\w+:|#)(?<path>[^)#\s]+)[^)]*\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
