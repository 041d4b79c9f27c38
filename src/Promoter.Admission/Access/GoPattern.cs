namespace Promoter.Admission.Access;

/// <summary>The patterns of Go's <c>filepath.Match</c>, which the kubelet applies to each label of a host: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a-z]</c>, <c>\\x</c>.</summary>
internal static class GoPattern
{
    /// <returns>False as well where the pattern is malformed.</returns>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (!pattern.IsEmpty)
        {
            if (pattern[0] is '*')
            {
                for (var skipped = 0; skipped <= text.Length; skipped++)
                {
                    if (Matches(pattern[1..], text[skipped..])) return true;
                }

                return false;
            }

            if (text.IsEmpty || !TryMatchOne(ref pattern, text[0])) return false;
            text = text[1..];
        }

        return text.IsEmpty;
    }

    private static bool TryMatchOne(ref ReadOnlySpan<char> pattern, char character)
    {
        switch (pattern[0])
        {
            case '?':
                pattern = pattern[1..];
                return true;
            case '[':
                pattern = pattern[1..];
                return TryMatchClass(ref pattern, character);
            default:
                return TryTake(ref pattern, out var wanted) && wanted == character;
        }
    }

    private static bool TryMatchClass(ref ReadOnlySpan<char> pattern, char character)
    {
        var negated = !pattern.IsEmpty && pattern[0] is '^';
        if (negated) pattern = pattern[1..];
        var matched = false;
        for (var first = true; first || pattern.IsEmpty || pattern[0] is not ']'; first = false)
        {
            if (!TryTake(ref pattern, out var low)) return false;
            var high = low;
            if (!pattern.IsEmpty && pattern[0] is '-')
            {
                pattern = pattern[1..];
                if (!TryTake(ref pattern, out high)) return false;
            }

            matched |= low <= character && character <= high;
        }

        pattern = pattern[1..];
        return matched != negated;
    }

    private static bool TryTake(ref ReadOnlySpan<char> pattern, out char character)
    {
        character = default;
        if (!pattern.IsEmpty && pattern[0] is '\\') pattern = pattern[1..];
        if (pattern.IsEmpty) return false;
        character = pattern[0];
        pattern = pattern[1..];
        return true;
    }
}
