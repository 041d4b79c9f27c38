using System.Text.RegularExpressions;

namespace Promoter.Discovery;

/// <summary>A label selector as kubectl's <c>-l</c> takes it: <c>app=web,tier!=cache,env in (a,b),env notin (c),key,!key</c>. All parts must hold.</summary>
public sealed partial class LabelSelector
{
    private readonly IReadOnlyList<(string Key, Func<string?, bool> Holds)> _requirements;

    private LabelSelector(string text, IReadOnlyList<(string, Func<string?, bool>)> requirements)
    {
        Text = text;
        _requirements = requirements;
    }

    public static LabelSelector Everything { get; } = new("", []);

    public string Text { get; }

    /// <exception cref="FormatException">The text is not a selector; the message names the part that is not.</exception>
    public static LabelSelector Parse(string text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector(text, [.. Comma().Split(text).Select(part => Requirement(part.Trim(), text))]);

    /// <param name="label">The value of a label, or null where the object has none of that key.</param>
    public bool Matches(Func<string, string?> label) => _requirements.All(r => r.Holds(label(r.Key)));

    public override string ToString() => Text;

    private static (string, Func<string?, bool>) Requirement(string part, string text)
    {
        if (Grammar().Match(part) is not { Success: true } match)
        {
            throw new FormatException(
                $"'{part}' in the label selector '{text}' is not a requirement: write key=value, key!=value, key in (a,b), key notin (a,b), key or !key");
        }

        var key = match.Groups["key"].Value;
        var set = match.Groups["set"].Value.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        var value = match.Groups["value"].Value;
        return (key, (match.Groups["not"].Success, match.Groups["operator"].Value) switch
        {
            (true, _) => actual => actual is null,
            (_, "=" or "==") => actual => actual == value,
            (_, "!=") => actual => actual != value,
            (_, "in") => actual => actual is not null && set.Contains(actual),
            (_, "notin") => actual => actual is null || !set.Contains(actual),
            _ => actual => actual is not null,
        });
    }

    // A comma inside parentheses parts values, not requirements.
    [GeneratedRegex(@",(?![^(]*\))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comma();

    [GeneratedRegex(
        """
        ^(?<not>!)? \s* (?<key>[A-Za-z0-9][A-Za-z0-9._/-]*) \s*
        ( (?<operator>==|!=|=) \s* (?<value>[A-Za-z0-9._-]*)
        | (?<=\s) (?<operator>in|notin) \s* \( (?<set>[A-Za-z0-9._,\s-]*) \)
        )?$
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Grammar();
}
