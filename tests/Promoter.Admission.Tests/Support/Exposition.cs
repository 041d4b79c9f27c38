using System.Globalization;
using System.Text.RegularExpressions;

namespace Promoter.Admission.Tests.Support;

/// <summary>
/// Prometheus' text format 0.0.4, read as strictly as its documentation words it (prometheus.io/docs/instrumenting/exposition_formats). Written from that page
/// and not from the code that prints.
/// </summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Family> Families => _families;

    public static Exposition Parse(string text)
    {
        var exposition = new Exposition();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Family? current = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            Assert.DoesNotContain('\r', line);
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) exposition.Open(line[7..], ref current).Help = Rest(line[7..]);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) exposition.Open(line[7..], ref current).Type = Rest(line[7..]);
            else Read(line, current ?? throw new FormatException($"a sample without a family: {line}"));
        }

        foreach (var family in exposition._families.Values) family.Check();
        return exposition;
    }

    /// <summary>The value of one series.</summary>
    public double this[string series]
    {
        get
        {
            var all = _families.Values.SelectMany(family => family.Samples).ToList();
            var found = all.Where(sample => sample.Series == series).ToList();
            Assert.True(found.Count == 1, $"there is no series {series} among:\n{string.Join('\n', all.Select(sample => sample.Series))}");
            return found[0].Value;
        }
    }

    private Family Open(string comment, ref Family? current)
    {
        var name = comment.Split(' ')[0];
        Assert.Matches(NamePattern, name);
        if (current?.Metric == name) return current;
        Assert.False(_families.ContainsKey(name), $"the lines of {name} are not together");
        return _families[name] = current = new Family(name);
    }

    private static string Rest(string comment) => comment[(comment.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static void Read(string line, Family family)
    {
        var match = SamplePattern.Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Match label in LabelPattern.Matches(match.Groups["labels"].Value))
        {
            Assert.True(labels.TryAdd(label.Groups["name"].Value, Unescape(label.Groups["value"].Value)), $"a label twice: {line}");
        }

        // The labels and nothing between or behind them.
        Assert.Equal(match.Groups["labels"].Value.TrimEnd(','), string.Join(',', LabelPattern.Matches(match.Groups["labels"].Value).Select(label => label.Value)));
        var value = match.Groups["value"].Value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var number => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        family.Add(new SampleLine(match.Groups["name"].Value, labels, value));
    }

    private static string Unescape(string text) => Escape.Replace(text, escape => escape.Value[1] switch
    {
        'n' => "\n",
        var itself => itself.ToString(),
    });

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""")]
    private static partial Regex SamplePattern { get; }

    [GeneratedRegex(@"(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=""(?<value>([^""\\\n]|\\[\\n""])*)""")]
    private static partial Regex LabelPattern { get; }

    [GeneratedRegex(@"\\.")]
    private static partial Regex Escape { get; }

    internal sealed record SampleLine(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
    {
        public string Series => Labels.Count == 0 ? Name : $"{Name}{{{string.Join(',', Labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}}";
    }

    internal sealed class Family(string name)
    {
        private readonly List<SampleLine> _samples = [];
        private string? _help;
        private string? _type;

        public string Metric => name;

        public IReadOnlyList<SampleLine> Samples => _samples;

        public string Help
        {
            get => _help ?? "";
            set => _help = _help is null ? value : throw new FormatException($"HELP of {name} twice");
        }

        public string Type
        {
            get => _type ?? "untyped";
            set => _type = _type is null && _samples.Count == 0 ? value : throw new FormatException($"TYPE of {name} twice, or after its samples");
        }

        public void Add(SampleLine sample)
        {
            string[] names = Type is "histogram" ? [name + "_bucket", name + "_sum", name + "_count"] : [name];
            Assert.Contains(sample.Name, names);
            _samples.Add(sample);
        }

        public void Check()
        {
            Assert.Contains(Type, (string[])["counter", "gauge", "histogram"]);
            Assert.False(string.IsNullOrWhiteSpace(Help), $"{name} is not explained");
            Assert.NotEmpty(_samples);
            Assert.Equal(_samples.Count, _samples.DistinctBy(sample => sample.Series).Count());
            Assert.Equal(Type is "counter", name.EndsWith("_total", StringComparison.Ordinal));
            if (Type is "counter") Assert.All(_samples, sample => Assert.True(sample.Value >= 0, $"{sample.Series} is negative"));
            if (Type is "histogram") CheckHistogram();
        }

        private void CheckHistogram()
        {
            static string Key(SampleLine sample) => string.Join(',', sample.Labels.Where(label => label.Key != "le"));
            foreach (var group in _samples.GroupBy(Key))
            {
                var buckets = group.Where(sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
                static double Bound(SampleLine bucket) => bucket.Labels["le"] is "+Inf" ? double.PositiveInfinity : double.Parse(bucket.Labels["le"], CultureInfo.InvariantCulture);
                Assert.Equal(buckets.Select(Bound).Order(), buckets.Select(Bound));
                Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
                Assert.Equal("+Inf", buckets[^1].Labels["le"]);
                Assert.Equal(buckets[^1].Value, Assert.Single(group, sample => sample.Name == name + "_count").Value);
                Assert.Single(group, sample => sample.Name == name + "_sum");
            }
        }
    }
}
