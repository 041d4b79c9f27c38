using System.Text.RegularExpressions;
using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>
/// A path to fields in Kustomize's syntax: keys parted by <c>/</c>, a slash inside a key written <c>\/</c>, <c>[]</c> after a key whose value is a
/// list (lists are walked without it, too). Beyond Kustomize, <c>*</c> at the start of a key stands for any beginning.
/// </summary>
public sealed partial class FieldPath
{
    private readonly string[] _keys;

    private FieldPath(string text, string[] keys)
    {
        Text = text;
        _keys = keys;
    }

    public string Text { get; }

    /// <exception cref="FormatException">The path is empty or has an empty key.</exception>
    public static FieldPath Parse(string text)
    {
        var keys = Slash().Split(text).Select(key => WithoutBrackets(key.Replace("\\/", "/", StringComparison.Ordinal))).ToArray();
        if (keys.Contains("")) throw new FormatException($"the field path '{text}' has an empty key: write for example spec/containers[]/image");
        return new FieldPath(text, keys);
    }

    public override string ToString() => Text;

    /// <summary>Calls <paramref name="found"/> with every value that the path leads to.</summary>
    internal void Visit(YamlNode node, JsonPath path, Action<YamlNode, JsonPath> found) => Visit(node, path, _keys, found);

    private static void Visit(YamlNode node, JsonPath path, ReadOnlySpan<string> keys, Action<YamlNode, JsonPath> found)
    {
        switch (node)
        {
            case YamlSequence sequence:
                for (var i = 0; i < sequence.Items.Count; i++) Visit(sequence.Items[i], path.Index(i), keys, found);
                break;
            case var _ when keys.IsEmpty:
                found(node, path);
                break;
            case YamlMapping mapping when keys[0][0] != '*':
                if (mapping[keys[0]] is { } value) Visit(value, path.Key(keys[0]), keys[1..], found);
                break;
            case YamlMapping mapping:
                foreach (var entry in mapping.Entries)
                {
                    if (entry.Name.EndsWith(keys[0][1..], StringComparison.Ordinal)) Visit(entry.Value, path.Key(entry.Name), keys[1..], found);
                }

                break;
        }
    }

    private static string WithoutBrackets(string key)
    {
        while (key.EndsWith("[]", StringComparison.Ordinal)) key = key[..^2];
        return key;
    }

    [GeneratedRegex(@"(?<!\\)/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Slash();
}
