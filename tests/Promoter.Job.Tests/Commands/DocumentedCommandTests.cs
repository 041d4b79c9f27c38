using System.Text.RegularExpressions;
using Promoter.Job.Commands;

namespace Promoter.Job.Tests.Commands;

/// <summary>Command lines that people copy from the guides and examples have to parse: a flag that was renamed fails here.</summary>
public sealed partial class DocumentedCommandTests
{
    [Fact]
    public void Every_command_line_in_guides_and_examples_parses()
    {
        var root = RepositoryRoot();
        var files = ((string[])["kustomize", "helm", "plugin", "applicationset", "argocd", "pipelines"]).Select(guide => Path.Combine(root, "docs", $"{guide}.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "examples"), "*", SearchOption.AllDirectories));

        var lines = files.SelectMany(file => CommandLine().Matches(File.ReadAllText(file).Replace("\\\n", " ", StringComparison.Ordinal)).Select(m => (File: file, Line: m.Value))).ToList();
        var wrong = lines.Select(l => (l, Errors: PromoterCommands.Create().Parse(ArgumentsOf(l.Line)).Errors)).Where(x => x.Errors.Count > 0).Select(x => $"{x.l.File}: {x.l.Line}: {x.Errors[0].Message}");

        Assert.NotEmpty(lines);
        Assert.Empty(wrong);
    }

    private static string[] ArgumentsOf(string line) => [.. Word().Matches(line).Skip(1).Select(m => m.Value.Replace("\"", "", StringComparison.Ordinal))];

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Promotion.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }

    // Up to whatever ends a command in a shell, a YAML flow list aside.
    [GeneratedRegex(@"(?<=^|[|'&]\s*|run: |- )promoter (promote|plan|images|copy|hook|index|generate|doctor|rollback)\b[^|>'`\n]*", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex("""("[^"]*"|\S)+""", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();
}
