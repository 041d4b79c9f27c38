using System.Globalization;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Builds, compares and merges YAML values. The reader's own nodes are used, so that what a foreign scalar looked like (<c>0644</c>) is never lost.</summary>
internal static class YamlTree
{
    private static readonly Position Nowhere = new(1, 1);

    public static YamlMapping Map(params IEnumerable<(string Name, YamlNode? Value)> entries) =>
        new([.. entries.Where(e => e.Value is not null).Select(e => new YamlEntry(e.Name, e.Value!, Nowhere))], Nowhere);

    public static YamlSequence List(params IEnumerable<YamlNode> items) => new([.. items], Nowhere);

    /// <summary>A string, whatever it looks like.</summary>
    public static YamlScalar Text(string text) => new(text, isPlain: false, Nowhere);

    public static YamlScalar Number(int number) => new(number.ToString(CultureInfo.InvariantCulture), isPlain: true, Nowhere);

    public static YamlScalar Flag(bool value) => new(value ? "true" : "false", isPlain: true, Nowhere);

    /// <summary>The map with this entry in the place of the one of the same name, or at the end.</summary>
    public static YamlMapping With(this YamlMapping map, string name, YamlNode value)
    {
        var entry = new YamlEntry(name, value, Nowhere);
        return map[name] is null
            ? new YamlMapping([.. map.Entries, entry], map.Position)
            : new YamlMapping([.. map.Entries.Select(e => e.Name == name ? entry : e)], map.Position);
    }

    /// <summary>Whether an API server would read both as the same value; the order of a map's keys and the style of scalars do not count.</summary>
    public static bool Same(YamlNode? left, YamlNode? right) => (left, right) switch
    {
        (null, null) => true,
        (YamlScalar a, YamlScalar b) => a.Text == b.Text && (a.IsPlain == b.IsPlain || !BlockYaml.NeedsQuotes(a.Text)),
        (YamlSequence a, YamlSequence b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Same(pair.First, pair.Second)),
        (YamlMapping a, YamlMapping b) => a.Entries.Count == b.Entries.Count && a.Entries.All(e => Same(e.Value, b[e.Name])),
        _ => false,
    };

    /// <summary>
    /// What stands there, with everything that is wanted: maps are merged key by key, lists of named things (containers, variables, volumes) name by name,
    /// other lists and scalars are replaced. Nothing that only stands there is lost.
    /// </summary>
    public static YamlNode Merge(YamlNode existing, YamlNode wanted) => (existing, wanted) switch
    {
        _ when Same(existing, wanted) => existing,
        (YamlMapping a, YamlMapping b) => b.Entries.Aggregate(a, (merged, e) => merged.With(e.Name, merged[e.Name] is { } value ? Merge(value, e.Value) : e.Value)),
        (YamlSequence a, YamlSequence b) when IsNamed(a) && IsNamed(b) => MergeNamed(a, b),
        _ => wanted,
    };

    private static YamlSequence MergeNamed(YamlSequence existing, YamlSequence wanted)
    {
        var merged = existing.Items.Select(item => wanted.Items.FirstOrDefault(w => NameOf(w) == NameOf(item)) is { } same ? Merge(item, same) : item).ToList();
        var names = existing.Items.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return new YamlSequence([.. merged, .. wanted.Items.Where(w => !names.Contains(NameOf(w)))], existing.Position);
    }

    private static bool IsNamed(YamlSequence list) => list.Items.Count > 0 && list.Items.All(i => NameOf(i) is not null);

    private static string? NameOf(YamlNode item) => (item as YamlMapping)?.TextOf("name");
}
