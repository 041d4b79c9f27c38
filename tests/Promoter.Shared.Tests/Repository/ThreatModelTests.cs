using System.Text.RegularExpressions;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary>docs/security.md names a test for each threat: each has to exist.</summary>
public sealed partial class ThreatModelTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "security.md"));

    private static readonly ILookup<string, string> Tests = SourceTree.Files("tests").Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal))
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), file => File.ReadAllText(Path.Combine(SourceTree.Root, file)));

    [Fact]
    public void Every_test_that_the_threat_model_names_exists()
    {
        var missing =
            from Match test in TestName().Matches(Page)
            let declaration = new Regex($@"public (async Task|Task|void) {test.Groups["method"].Value}\(")
            where !Tests[test.Groups["class"].Value].Any(declaration.IsMatch)
            select test.Value;

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_threat_has_a_defence_and_a_test()
    {
        var rows = Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| threat", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal)).ToList();

        Assert.InRange(rows.Count, 30, int.MaxValue);
        Assert.All(rows, row =>
        {
            var cells = row.Trim('|', ' ').Split(" | ");
            Assert.Equal(3, cells.Length);
            Assert.Matches(TestName(), cells[2]);
        });
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();
}
