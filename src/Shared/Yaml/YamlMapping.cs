namespace Promoter.Yaml;

/// <summary>A map in the order of the text; entries that a merge key brought come last.</summary>
public sealed class YamlMapping(IReadOnlyList<YamlEntry> entries, Position position) : YamlNode(position)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Noun => "a map";

    /// <summary>The value of that key, or null where there is none. Maps of manifests are short, so a scan beats an index.</summary>
    public YamlNode? this[string key]
    {
        get
        {
            foreach (var entry in Entries)
            {
                if (entry.Name == key) return entry.Value;
            }

            return null;
        }
    }

    /// <summary>The text of that key, or null where it is missing, null or not a scalar.</summary>
    public string? TextOf(string key) => this[key] is YamlScalar { IsNull: false } scalar ? scalar.Text : null;

    /// <summary>The map under that key, or null where there is none.</summary>
    public YamlMapping? MapOf(string key) => this[key] as YamlMapping;

    /// <summary>The items of the list under that key; empty where there is none.</summary>
    public IReadOnlyList<YamlNode> ItemsOf(string key) => this[key] is YamlSequence sequence ? sequence.Items : [];
}
