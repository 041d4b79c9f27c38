namespace Promoter.Yaml;

/// <summary>Says what to do about the mistakes that people make most often, where the parser only says what it found.</summary>
internal static class YamlAdvice
{
    public static string For(string message, string text, Position place)
    {
        var problem = message.TrimEnd('.');
        var line = LineAt(text, place.Line);
        var indent = line[..^line.TrimStart().Length];
        if (indent.Contains('\t')) return $"{problem}; the line is indented with a tab: indent with spaces";
        if (line.Contains("{{", StringComparison.Ordinal)) return $"{problem}; the line holds a template: render it first (helm template, or --helm-chart)";
        var isConflict = line.StartsWith("<<<<<<<") || line.StartsWith("=======") || line.StartsWith(">>>>>>>");
        return isConflict ? $"{problem}; git left a merge conflict here: resolve it first" : problem;
    }

    private static ReadOnlySpan<char> LineAt(string text, int number)
    {
        var current = 1;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (current++ == number) return line;
        }

        return default;
    }
}
