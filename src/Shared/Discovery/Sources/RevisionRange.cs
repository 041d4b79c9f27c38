namespace Promoter.Discovery.Sources;

/// <summary>
/// Two revisions in git's notation: <c>BASE..HEAD</c>, or <c>BASE...HEAD</c> for what HEAD changed since both parted. An empty side is <c>HEAD</c>.
/// </summary>
public sealed record RevisionRange(string Base, string Head, bool SinceParting)
{
    /// <exception cref="FormatException">The text is not a range.</exception>
    public static RevisionRange Parse(string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0) throw new FormatException($"'{text}' is not a range of revisions: write BASE..HEAD, for example origin/main..HEAD");
        var sinceParting = text.AsSpan(dots).StartsWith("...");
        var (before, after) = (text[..dots], text[(dots + (sinceParting ? 3 : 2))..]);
        if (after.Contains("..", StringComparison.Ordinal)) throw new FormatException($"'{text}' is not a range of revisions: it has more than two sides");
        if (before.Length + after.Length == 0) throw new FormatException($"'{text}' is not a range of revisions: both sides are empty");
        return new RevisionRange(before.Length > 0 ? before : "HEAD", after.Length > 0 ? after : "HEAD", sinceParting);
    }

    public override string ToString() => $"{Base}{(SinceParting ? "..." : "..")}{Head}";
}
