using System.Text.Json;

namespace Promoter.Yaml;

/// <summary>
/// Reads JSON documents, one or several after each other (as <c>kubectl</c> and log pipelines write them), into the same values as
/// <see cref="YamlReader"/>. JSON is nearly YAML, but YAML parsers reject tabs, long keys and surrogate pairs that JSON has.
/// </summary>
public static class JsonReader
{
    private const int MaxDepth = 200;

    /// <summary>Whether the text starts as JSON does; flow-style YAML may, too.</summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> utf8)
    {
        var start = utf8.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] is not ((byte)'{' or (byte)'[')) return false;
        var next = start[1..].TrimStart(" \t\r\n"u8);
        return !next.IsEmpty && next[0] is (byte)'"' or (byte)'{' or (byte)'[' or (byte)'}' or (byte)']';
    }

    /// <param name="file">What messages call the text.</param>
    /// <exception cref="YamlFormatException">The text is not JSON.</exception>
    public static IReadOnlyList<YamlDocument> Read(string file, ReadOnlySpan<byte> utf8)
    {
        var options = new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = MaxDepth };
        var reader = new Utf8JsonReader(utf8, options);
        var lines = new LineCounter(utf8);
        var documents = new List<YamlDocument>();
        try
        {
            while (reader.Read())
            {
                var problems = new List<YamlProblem>();
                var root = Value(ref reader, ref lines, problems);
                documents.Add(new YamlDocument(documents.Count, root is YamlScalar { IsNull: true } ? null : root, problems));
            }
        }
        catch (JsonException e)
        {
            var place = new Position((int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            throw new YamlFormatException(file, place, $"this is not JSON: {e.Message.Split(" LineNumber:")[0].TrimEnd('.')}", e);
        }

        return documents;
    }

    private static YamlNode Value(ref Utf8JsonReader reader, ref LineCounter lines, List<YamlProblem> problems)
    {
        var position = lines.PositionOf((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new YamlEntries(problems);
                while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
                {
                    var (name, place) = (reader.GetString()!, lines.PositionOf((int)reader.TokenStartIndex));
                    reader.Read();
                    entries.Add(new YamlEntry(name, Value(ref reader, ref lines, problems), place));
                }

                return new YamlMapping(entries.Complete(), position);
            case JsonTokenType.StartArray:
                var items = new List<YamlNode>();
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) items.Add(Value(ref reader, ref lines, problems));
                return new YamlSequence(items, position);
            case JsonTokenType.String:
                return new YamlScalar(reader.GetString()!, isPlain: false, position);
            default:
                return new YamlScalar(System.Text.Encoding.UTF8.GetString(reader.ValueSpan), isPlain: true, position);
        }
    }

    /// <summary>Turns offsets, which only grow, into lines and columns.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> utf8)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;
        private int _line = 1;
        private int _lineStart;
        private int _seen;

        public Position PositionOf(int offset)
        {
            while (_utf8[_seen..offset].IndexOf((byte)'\n') is >= 0 and var feed)
            {
                _line++;
                _seen += feed + 1;
                _lineStart = _seen;
            }

            _seen = offset;
            return new Position(_line, offset - _lineStart + 1);
        }
    }
}
