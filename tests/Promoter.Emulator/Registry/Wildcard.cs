namespace Promoter.Emulator.Registry;

/// <summary>AWS's wildcards: '*' is any run of characters, slashes included; '?' is one.</summary>
internal static class Wildcard
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty) return text.IsEmpty;
        if (pattern[0] != '*') return !text.IsEmpty && (pattern[0] == '?' || pattern[0] == text[0]) && Matches(pattern[1..], text[1..]);
        for (var i = 0; i <= text.Length; i++)
        {
            if (Matches(pattern[1..], text[i..])) return true;
        }

        return false;
    }
}
