using System.Globalization;
using System.Text.RegularExpressions;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary>A message that the programs may log, as its <c>[LoggerMessage]</c> declares it.</summary>
internal sealed partial record LogMessage(int Id, string Level, string Text, string File)
{
    /// <summary>The names in braces, in order.</summary>
    public IReadOnlyList<string> Placeholders => [.. Placeholder().Matches(Text).Select(match => match.Groups["name"].Value)];

    /// <summary>The parameters of its method, without the logger and the exception.</summary>
    public required IReadOnlyList<string> Parameters { get; init; }

    public static IReadOnlyList<LogMessage> All { get; } =
    [
        .. from file in SourceTree.Files("src").Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
           from Match match in Declaration().Matches(System.IO.File.ReadAllText(Path.Combine(SourceTree.Root, file)))
           let id = int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture)
           orderby id, match.Groups["text"].Value
           select new LogMessage(id, match.Groups["level"].Value, Regex.Unescape(match.Groups["text"].Value), file) { Parameters = ParametersOf(match.Groups["parameters"].Value) },
    ];

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(?<id>\d+),\s*(?:Level\s*=\s*)?LogLevel\.(?<level>\w+),\s*(?:Message\s*=\s*)?""(?<text>(?:[^""\\]|\\.)*)""[^;]*?\bvoid \w+\((?<parameters>[^;]*)\);", RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\{(?<name>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();

    private static string[] ParametersOf(string list) =>
        [.. list.Split(',').Select(one => one.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words is [not ("ILogger" or "Exception"), ..]).Select(words => words[^1].Trim('@'))];
}
