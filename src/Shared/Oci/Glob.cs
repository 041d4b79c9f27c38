namespace Promoter.Oci;

/// <summary>
/// A pattern over repository paths or tags: <c>?</c> is one character and <c>*</c> any number of them within one path component, <c>**</c>
/// any number across components, and <c>**/</c> any number of whole components (none included). Everything else stands for itself.
/// </summary>
public sealed record Glob
{
    private Glob(string pattern) => Pattern = pattern;

    /// <summary>Matches everything.</summary>
    public static Glob All { get; } = new("**");

    public string Pattern { get; }

    /// <summary>A glob over repositories or tags.</summary>
    /// <exception cref="FormatException">The pattern is empty, or has characters that no repository and no tag may have.</exception>
    public static Glob Parse(string pattern) => Parse(pattern, allowsPort: false);

    /// <summary>A glob over names with their registry, <c>registry.example.com:5000/team/*</c>.</summary>
    /// <exception cref="FormatException">The pattern is empty, or has characters that no name may have.</exception>
    public static Glob ParseName(string pattern) => Parse(pattern, allowsPort: true);

    /// <summary>Whether the whole text matches. Time is at most the product of both lengths, whatever the pattern.</summary>
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        // reached[i]: the pattern read so far matches the first i characters.
        Span<bool> reached = text.Length < 512 ? stackalloc bool[text.Length + 1] : new bool[text.Length + 1];
        reached.Clear();
        reached[0] = true;
        var p = 0;
        while (p < Pattern.Length) p += Step(Pattern.AsSpan(p), isComponentStart: p == 0 || Pattern[p - 1] == '/', reached, text);
        return reached[text.Length];
    }

    public override string ToString() => Pattern;

    private static Glob Parse(string pattern, bool allowsPort)
    {
        if (pattern.Length == 0) throw new FormatException("the glob is empty: write ** for everything");
        foreach (var c in pattern)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('*' or '?' or '/' or '.' or '_' or '-') && !(allowsPort && c == ':'))
            {
                throw new FormatException($"the glob '{pattern}' has the character '{c}', which no repository and no tag has: globs know *, ** and ?");
            }
        }

        if (!pattern.Contains("***", StringComparison.Ordinal)) return new Glob(pattern);
        throw new FormatException($"the glob '{pattern}' has three stars in a row: write * within a path component, ** across them");
    }

    private static int Step(ReadOnlySpan<char> pattern, bool isComponentStart, Span<bool> reached, ReadOnlySpan<char> text)
    {
        if (isComponentStart && pattern.StartsWith("**/"))
        {
            WholeComponents(reached, text);
            return 3;
        }

        if (pattern[0] != '*')
        {
            One(reached, text, pattern[0]);
            return 1;
        }

        var crossesSlash = pattern.StartsWith("**");
        Many(reached, text, crossesSlash);
        return crossesSlash ? 2 : 1;
    }

    private static void One(Span<bool> reached, ReadOnlySpan<char> text, char expected)
    {
        for (var i = text.Length; i > 0; i--) reached[i] = reached[i - 1] && (text[i - 1] == expected || (expected == '?' && text[i - 1] != '/'));
        reached[0] = false;
    }

    private static void Many(Span<bool> reached, ReadOnlySpan<char> text, bool crossesSlash)
    {
        for (var i = 1; i <= text.Length; i++) reached[i] |= reached[i - 1] && (crossesSlash || text[i - 1] != '/');
    }

    private static void WholeComponents(Span<bool> reached, ReadOnlySpan<char> text)
    {
        var open = reached[0];
        for (var i = 1; i <= text.Length; i++)
        {
            var before = reached[i];
            if (open && text[i - 1] == '/') reached[i] = true;
            open |= before;
        }
    }
}
