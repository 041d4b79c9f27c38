using System.Text;
using System.Text.RegularExpressions;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>A YAML text as lines, of which blocks are replaced while every other line stays as it was: comments, styles, line endings, byte order marks.</summary>
internal sealed partial class TextLines
{
    private readonly List<string> _lines;

    public TextLines(string text)
    {
        _lines = [.. Line().Matches(text).Select(m => m.Value).Where(l => l.Length > 0)];
        NewLine = _lines.Count > 0 && _lines[0].EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    /// <summary>The text's own line ending.</summary>
    public string NewLine { get; }

    public int Count => _lines.Count;

    /// <summary>Whether nothing but white space stands in the text.</summary>
    public bool IsBlank => _lines.TrueForAll(l => l.AsSpan().Trim("\uFEFF \t\r\n").IsEmpty);

    /// <summary>Replaces the lines of a block by a text whose lines end in LF; no line where the text is empty.</summary>
    public void Replace(LineSpan span, string text)
    {
        if (span.Start == span.End) EndLine(span.Start - 1);
        _lines.RemoveRange(span.Start, span.End - span.Start);
        if (text.Length > 0) _lines.InsertRange(span.Start, text.TrimEnd('\n').Split('\n').Select(l => l + NewLine));
    }

    public override string ToString() => new StringBuilder().AppendJoin("", _lines).ToString();

    /// <summary>The document around a line: from its first line of content to the last one, without the marker before and the comments after it.</summary>
    public LineSpan DocumentAt(int line)
    {
        var end = line;
        while (end < _lines.Count && (end == line || !DocumentMarker().IsMatch(_lines[end]))) end++;
        return new LineSpan(line, WithoutTrailer(line, end, 0));
    }

    /// <summary>The block of a map's entry in block style: its key's line and what is nested below it.</summary>
    /// <param name="key">Where the key stands.</param>
    public LineSpan EntryAt(Position key)
    {
        var (start, indent) = (key.Line - 1, key.Column - 1);
        var end = start + 1;
        // A list may stand at the indentation of its key.
        while (end < _lines.Count && (IsBlankLine(end) || Indent(end) > indent || (Indent(end) == indent && IsDash(end)))) end++;
        return new LineSpan(start, WithoutTrailer(start, end, indent));
    }

    /// <summary>The block of a list's item in block style, from its dash.</summary>
    /// <param name="first">Where the item's first key stands.</param>
    public LineSpan ItemAt(Position first)
    {
        var (start, indent) = (first.Line - 1, first.Column - 1);
        var end = start + 1;
        while (end < _lines.Count && (IsBlankLine(end) || Indent(end) >= indent)) end++;
        return new LineSpan(start, WithoutTrailer(start, end, indent));
    }

    /// <summary>Behind the last line of content: before trailing white space and an end marker.</summary>
    public LineSpan EndOfContent()
    {
        var end = _lines.Count;
        while (end > 0 && (string.IsNullOrWhiteSpace(_lines[end - 1]) || _lines[end - 1].StartsWith("...", StringComparison.Ordinal))) end--;
        return new LineSpan(end, end);
    }

    /// <summary>Whether the value at this place is written in brackets, as JSON is.</summary>
    public bool IsFlow(Position position) => position.Line <= _lines.Count && _lines[position.Line - 1].AsSpan().TrimStart('\uFEFF') is var line
        && position.Column <= line.Length && line[position.Column - 1] is '{' or '[';

    /// <summary>What stands before a column: the dash of an item that starts on its line.</summary>
    public string Before(Position position) => _lines[position.Line - 1][..(position.Column - 1)];

    private int WithoutTrailer(int start, int end, int indent)
    {
        while (end > start + 1 && (string.IsNullOrWhiteSpace(_lines[end - 1]) || (IsComment(end - 1) && Indent(end - 1) <= indent))) end--;
        return end;
    }

    private void EndLine(int line)
    {
        if (line >= 0 && !_lines[line].EndsWith('\n')) _lines[line] += NewLine;
    }

    private bool IsBlankLine(int line) => string.IsNullOrWhiteSpace(_lines[line]) || IsComment(line);

    private bool IsComment(int line) => _lines[line].AsSpan().TrimStart().StartsWith('#');

    private bool IsDash(int line) => _lines[line].AsSpan().TrimStart() is ['-', ' ' or '\r' or '\n', ..] or ['-'];

    private int Indent(int line) => _lines[line].Length - _lines[line].AsSpan().TrimStart(' ').Length;

    [GeneratedRegex(@"[^\n]*(\n|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Line();

    // A marker starts in column 1, where no content of a block can stand.
    [GeneratedRegex(@"^(---|\.\.\.)(\s|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DocumentMarker();
}

/// <summary>Lines of a text, counted from 0; <paramref name="End"/> is the first one after them.</summary>
internal readonly record struct LineSpan(int Start, int End);
