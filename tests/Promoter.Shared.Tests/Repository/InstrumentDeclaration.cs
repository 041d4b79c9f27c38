using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Promoter.Telemetry;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary>An instrument that the programs measure with.</summary>
/// <param name="Name">As OpenTelemetry names it.</param>
/// <param name="Exported">As <c>/metrics</c> names it; a histogram's series add <c>_bucket</c>, <c>_sum</c> and <c>_count</c>.</param>
/// <param name="Kind">counter, gauge or histogram.</param>
internal sealed partial record InstrumentDeclaration(string Name, string Exported, string Kind, string Unit, string Description)
{
    public static IReadOnlyList<InstrumentDeclaration> All { get; } =
    [
        .. from file in SourceTree.Files("src").Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
           from Match match in Declaration().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, file)))
           let name = match.Groups["name"].Value
           orderby name
           select Of(name, match.Groups["method"].Value, match.Groups["unit"].Value, match.Groups["description"].Value),
    ];

    private static InstrumentDeclaration Of(string name, string method, string unit, string description)
    {
        var kind = method.Contains("Histogram", StringComparison.Ordinal) ? "histogram" : method.Contains("Counter", StringComparison.Ordinal) && !method.Contains("UpDown", StringComparison.Ordinal) ? "counter" : "gauge";
        return new InstrumentDeclaration(name, ExportedName(name, kind, unit), kind, unit, description);
    }

    // What the exporter itself makes of the name.
    private static string ExportedName(string name, string kind, string unit)
    {
        using var meter = new Meter($"reference.{name}");
        using var metrics = new PrometheusMetrics(meter.Name);
        switch (kind)
        {
            case "histogram": meter.CreateHistogram<double>(name, unit).Record(1); break;
            case "counter": meter.CreateCounter<long>(name, unit).Add(1); break;
            default: meter.CreateObservableGauge(name, () => 1.0, unit); break;
        }

        return metrics.Render().Split('\n').First(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Split(' ')[2];
    }

    [GeneratedRegex(@"\b(?<method>Create(?:Observable)?(?:Counter|UpDownCounter|Histogram|Gauge)|Observe)(?:<\w+>)?\(\s*""(?<name>promoter[\w.]*)"",\s*(?:""(?<unit>[^""]*)""|null),\s*""(?<description>[^""]*)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Declaration();
}
