namespace Promoter.Yaml;

/// <summary>Says what to do about the mistakes that people make most often, where the parser only says what it found.</summary>
internal static class YamlAdvice
{
    /// <summary>The problem with its remedy, and the line that is to blame: the parser often stops a line before or after it.</summary>
    public static (Position Position, string Problem) For(string message, string text, Position start, Position end)
    {
        var problem = message.TrimEnd('.');
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number < start.Line - 1) continue;
            if (number > Math.Max(start.Line, end.Line) + 1) break;
            var remedy = RemedyFor(line);
            if (remedy is not null) return (number == start.Line ? start : new Position(number, 1), $"{problem}; {remedy}");
        }

        return (start, problem);
    }

    private static string? RemedyFor(ReadOnlySpan<char> line)
    {
        if (line.StartsWith("<<<<<<<") || line.StartsWith("=======") || line.StartsWith(">>>>>>>")) return "git left a merge conflict here: resolve it first";
        if (line.Contains("{{", StringComparison.Ordinal)) return "the line holds a template: render it first (helm template, or --helm-chart)";
        var indent = line[..^line.TrimStart().Length];
        return indent.Contains('\t') ? "the line is indented with a tab: indent with spaces" : null;
    }
}
