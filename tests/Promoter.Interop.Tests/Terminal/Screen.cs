using System.Globalization;
using System.Text;

namespace Promoter.Interop.Tests.Terminal;

/// <summary>What stands on a terminal after a program has written to it: the control sequences that programs with live output use (ECMA-48), and no others.</summary>
internal sealed class Screen
{
    private readonly List<StringBuilder> _lines = [new()];
    private readonly List<string> _drawn = [];
    private int _row;
    private int _column;

    private Screen(string written)
    {
        for (var at = 0; at < written.Length;) at = Take(written, at);
    }

    public static Screen After(string written) => new(written);

    /// <summary>What stands there in the end, without trailing spaces.</summary>
    public IReadOnlyList<string> Lines => [.. _lines.Select(line => line.ToString().TrimEnd())];

    /// <summary>Every line as it stood when the cursor left it, also those that something was written over later.</summary>
    public IReadOnlyList<string> Drawn => _drawn;

    private int Take(string text, int at)
    {
        switch (text[at])
        {
            case '\x1b':
                return Control(text, at + 1);
            case '\r':
                _column = 0;
                break;
            case '\n':
                _drawn.Add(_lines[_row].ToString().TrimEnd());
                if (++_row == _lines.Count) _lines.Add(new StringBuilder());
                break;
            default:
                var line = _lines[_row];
                if (line.Length <= _column) line.Append(' ', _column + 1 - line.Length);
                line[_column++] = text[at];
                break;
        }

        return at + 1;
    }

    private int Control(string text, int at)
    {
        // Other sequences than those with '[' set keypad modes, which are nothing to see.
        if (text[at] != '[') return at + 1;
        var end = at + 1;
        while (text[end] is < '@' or > '~') end++;
        var parameters = text[(at + 1)..end];
        var count = int.TryParse(parameters, CultureInfo.InvariantCulture, out var number) ? number : 1;
        switch (text[end])
        {
            case 'A':
                _row = Math.Max(0, _row - count);
                break;
            case 'K' when parameters == "2":
                _lines[_row].Clear();
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                throw new NotSupportedException($"the sequence ESC[{parameters}{text[end]} is not known here");
        }

        return end + 1;
    }
}
