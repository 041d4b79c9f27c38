using System.Text;

namespace Promoter.Benchmarks.Copying;

/// <summary>The comparison as Markdown tables. Ratios are a tool's number divided by the promoter's in the same run: above 1, the promoter is better.</summary>
internal static class CopyReport
{
    private const double MiB = 1 << 20;

    public static string Tables(IReadOnlyList<CopyResult> results)
    {
        var text = new StringBuilder();
        foreach (var group in results.GroupBy(result => (result.Scenario, result.Case)))
        {
            var promoter = group.First();
            text.Append(
                $"""
                ## {group.Key.Scenario.Name}{Describe(group.Key.Case)}

                | tool | wall s | x | CPU s | x | peak MiB | x | requests to source | to target | x | MiB moved | x |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

                """);
            foreach (var result in group)
            {
                text.Append($"| {result.Contender} | {result.Wall.TotalSeconds:F2} | {Ratio(result.Wall.TotalSeconds, promoter.Wall.TotalSeconds)} ");
                text.Append($"| {result.Cpu.TotalSeconds:F2} | {Ratio(result.Cpu.TotalSeconds, promoter.Cpu.TotalSeconds)} ");
                text.Append($"| {result.PeakMemoryBytes / MiB:F0} | {Ratio(result.PeakMemoryBytes, promoter.PeakMemoryBytes)} ");
                text.Append($"| {result.Source.Requests} | {result.Target.Requests} | {Ratio(result.Requests, promoter.Requests)} ");
                text.Append($"| {result.Bytes / MiB:F2} | {Ratio(result.Bytes, promoter.Bytes)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    public static string Ratio(double value, double promoter) => promoter > 0 ? $"{value / promoter:F2}" : "-";

    private static string Describe(CopyCase one) => one switch
    {
        CopyCase.Unchanged => ", unchanged, by tag",
        CopyCase.UnchangedByDigest => ", unchanged, by digest",
        _ => "",
    };
}
