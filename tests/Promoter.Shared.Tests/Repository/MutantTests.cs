using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary><c>make mutants</c> breaks these lines one by one: each has to be found, once, in the file that it names, and so has the test that kills it.</summary>
public sealed class MutantTests
{
    public static TheoryData<string> Mutants => [.. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "eng", "mutants"), "*.mutant").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_mutant_changes_one_line_of_the_code_that_is_there(string mutant)
    {
        var fields = File.ReadLines(Path.Combine(SourceTree.Root, "eng", "mutants", mutant)).Select(line => line.Split(": ", 2)).ToDictionary(f => f[0], f => f[1]);

        var source = File.ReadAllText(Path.Combine(SourceTree.Root, fields["file"]));

        Assert.Equal(2, source.Split(fields["from"]).Length);
        Assert.NotEqual(fields["from"], fields["to"]);
        var method = fields["test"].Split('.')[^1];
        Assert.Contains(SourceTree.Files(fields["project"]), file => file.EndsWith(".cs", StringComparison.Ordinal) && File.ReadAllText(Path.Combine(SourceTree.Root, file)).Contains($" {method}(", StringComparison.Ordinal));
    }

    [Fact]
    public void There_are_at_least_fifty() => Assert.InRange(Mutants.Count, 50, int.MaxValue);
}
