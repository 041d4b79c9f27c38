namespace Promoter.Yaml;

/// <summary>The entries of one map while it is read: finds duplicate keys and applies merge keys.</summary>
internal sealed class YamlEntries(List<YamlProblem> problems)
{
    /// <summary>Up to here a scan is faster than a set; the data of a large ConfigMap needs the set.</summary>
    private const int ScanLimit = 16;

    private readonly List<YamlEntry> _entries = [];
    private HashSet<string>? _names;
    private List<YamlNode>? _merges;

    public void Add(YamlEntry entry)
    {
        if (Has(entry.Name))
        {
            var first = _entries.Find(e => e.Name == entry.Name).Position;
            problems.Add(new YamlProblem(entry.Position, $"duplicate key '{entry.Name}': it already stands in line {first.Line}"));
            return;
        }

        Append(entry);
    }

    /// <summary>The value of a merge key <c>&lt;&lt;</c> (YAML 1.1, which Kubernetes' and Kustomize's parsers still honour): a map or a list of maps.</summary>
    public void Merge(YamlNode source) => (_merges ??= []).Add(source);

    /// <summary>All entries: the map's own first, then what was merged. Own keys win over merged ones, earlier maps over later ones.</summary>
    public List<YamlEntry> Complete()
    {
        foreach (var source in (_merges ?? []).SelectMany(m => m is YamlSequence list ? list.Items : [m]))
        {
            if (source is not YamlMapping mapping)
            {
                problems.Add(new YamlProblem(source.Position, $"'<<' merges maps, found {source.Noun}"));
                continue;
            }

            foreach (var entry in mapping.Entries)
            {
                if (!Has(entry.Name)) Append(entry);
            }
        }

        return _entries;
    }

    private bool Has(string name)
    {
        if (_names is not null) return _names.Contains(name);
        foreach (var entry in _entries)
        {
            if (entry.Name == name) return true;
        }

        return false;
    }

    private void Append(YamlEntry entry)
    {
        _entries.Add(entry);
        _names?.Add(entry.Name);
        if (_entries.Count == ScanLimit) _names = _entries.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
    }
}
