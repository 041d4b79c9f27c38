using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Promoter.Yaml;

/// <summary>Reads the documents of a YAML stream one after the other, as values with positions.</summary>
public static class YamlReader
{
    /// <param name="file">What messages call the text.</param>
    /// <param name="text">One or more documents, parted by <c>---</c>.</param>
    /// <param name="place">Where the text itself stands, if it is the value of another document: its values then all have that position.</param>
    /// <exception cref="YamlFormatException">While enumerating: what follows is not YAML.</exception>
    public static IEnumerable<YamlDocument> Read(string file, string text, Position? place = null)
    {
        // A byte order mark may start each document (YAML 1.2, 5.2), as it does when files are concatenated; the parser takes it at the start only.
        var unmarked = text.Replace("\n\uFEFF", "\n", StringComparison.Ordinal).TrimStart('\uFEFF');
        var events = new Parser(new Scanner(new StringReader(unmarked), skipComments: true));
        var index = 0;
        while (true)
        {
            YamlDocument? document;
            try
            {
                document = NextDocument(events, index++, place);
            }
            catch (YamlException e)
            {
                var (blamed, problem) = YamlAdvice.For(e.Message, unmarked, YamlNodeBuilder.PositionOf(e.Start), YamlNodeBuilder.PositionOf(e.End));
                throw new YamlFormatException(file, blamed, problem, e);
            }

            if (document is null) yield break;
            yield return document;
        }
    }

    private static YamlDocument? NextDocument(Parser events, int index, Position? place)
    {
        while (events.MoveNext())
        {
            if (events.Current is StreamStart or StreamEnd or DocumentEnd) continue;
            if (events.Current is DocumentStart) return new YamlNodeBuilder(events, place).Document(index);
        }

        return null;
    }
}
