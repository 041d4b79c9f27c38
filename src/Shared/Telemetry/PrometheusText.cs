using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Promoter.Telemetry;

/// <summary>Prometheus' text format 0.0.4, with OpenTelemetry's rules for names: dots become underscores, units and <c>_total</c> are appended.</summary>
internal static class PrometheusText
{
    public static string Render(IEnumerable<(Instrument Instrument, IEnumerable<KeyValuePair<LabelSet, MetricSeries>> Series)> metrics)
    {
        var text = new StringBuilder();
        foreach (var group in metrics.GroupBy(metric => metric.Instrument.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var series = group.SelectMany(metric => metric.Series).OrderBy(entry => entry.Key.Text, StringComparer.Ordinal).ToList();
            if (series.Count == 0) continue;
            var (instrument, kind) = (group.First().Instrument, series[0].Value.Kind);
            var name = NameOf(instrument, kind);
            if (instrument.Description is { Length: > 0 } description) text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(description)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var (labels, values) in series) Append(text, name, labels.Text, values);
        }

        return text.ToString();
    }

    public static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A name with only the characters that Prometheus knows.</summary>
    public static string Name(string name)
    {
        var clean = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
        return clean.Length > 0 && char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string EscapeHelp(string help) => help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string NameOf(Instrument instrument, SeriesKind kind)
    {
        var name = Name(instrument.Name);
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "ms" => "_milliseconds",
            _ => "",
        };
        if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return kind is SeriesKind.Counter ? name + "_total" : name;
    }

    private static void Append(StringBuilder text, string name, string labels, MetricSeries series)
    {
        var (value, count, buckets) = series.Read();
        if (series.Kind is not SeriesKind.Histogram)
        {
            Line(text, name, labels, Number(value));
            return;
        }

        var separator = labels.Length > 0 ? "," : "";
        for (var i = 0; i < buckets.Length; i++) Line(text, name + "_bucket", $"{labels}{separator}le=\"{Number(series.Bounds[i])}\"", Number(buckets[i]));
        Line(text, name + "_bucket", $"{labels}{separator}le=\"+Inf\"", Number(count));
        Line(text, name + "_sum", labels, Number(value));
        Line(text, name + "_count", labels, Number(count));
    }

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
