using System.Text.RegularExpressions;

namespace Promoter.Tests.Architecture;

/// <summary>Whoever reads a using directive knows the folder, in the tests as in what they test.</summary>
public sealed partial class NamespaceTests
{
    // The first root that a file lies in counts.
    private static readonly (string Folder, string Namespace)[] Roots =
        [("src/Shared/", "Promoter."), ("src/", ""), ("tests/Promoter.Shared.Tests/", "Promoter.Tests."), ("tests/Promoter.", "Promoter.")];

    [Fact]
    public void Namespaces_are_the_folders_of_their_files()
    {
        var wrong =
            from file in SourceTree.Files("src").Concat(SourceTree.Files("tests"))
            // A part of a class whose other parts are compiled in from another project.
            where file.EndsWith(".cs", StringComparison.Ordinal) && file != "tests/Promoter.Benchmarks/Toolbox.Require.cs"
            let folder = Path.GetDirectoryName(file) + "/"
            let root = Array.Find(Roots, r => folder.StartsWith(r.Folder, StringComparison.Ordinal))
            where root.Folder is not null
            let expected = (root.Namespace + folder[root.Folder.Length..].Replace('/', '.')).TrimEnd('.')
            let found = Namespace().Match(File.ReadAllText(Path.Combine(SourceTree.Root, file)))
            where found.Success && found.Groups["name"].Value != expected
            select $"{file}: {found.Groups["name"].Value} instead of {expected}";

        Assert.Empty(wrong);
    }

    [GeneratedRegex("^namespace (?<name>[A-Za-z.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Namespace();
}
