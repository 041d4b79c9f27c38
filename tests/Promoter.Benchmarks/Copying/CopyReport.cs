using System.Text;

namespace Promoter.Benchmarks.Copying;

/// <summary>The comparison as Markdown. Ratios are a tool's number divided by the promoter's in the same run: above 1, the promoter is better.</summary>
internal static class CopyReport
{
    private const double MiB = 1 << 20;

    public static string Document(IReadOnlyList<CopyResult> results, IReadOnlyList<string> machine) => $"""
        # Benchmarks

        Written by `make bench`; run it to get your own numbers. Between two CNCF Distribution registries on loopback, every tool copies the same
        images into a fresh target, then once more with everything unchanged. Wall and CPU time are medians of {results[0].Runs.Count} runs, memory is the highest
        peak of one process. The promoter takes all images of a scenario in one run; the other tools are run once per image, as their users do.
        `x` is the tool's number divided by the promoter's: above 1, the promoter needs less.

        {string.Join('\n', machine.Select(line => $"- {line}"))}

        {Table(results)}
        """;

    public static string Table(IReadOnlyList<CopyResult> results)
    {
        var table = new StringBuilder();
        foreach (var group in results.GroupBy(result => (result.Scenario, result.Unchanged)))
        {
            var promoter = group.First();
            table.Append(
                $"""
                ## {group.Key.Scenario}{(group.Key.Unchanged ? ", unchanged" : "")}

                | tool | wall s | x | CPU s | x | peak MiB | x | requests to source | to target | x |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

                """);
            foreach (var result in group)
            {
                table.Append($"| {result.Contender} | {result.Wall.TotalSeconds:F2} | {Ratio(result.Wall.TotalSeconds, promoter.Wall.TotalSeconds)} ");
                table.Append($"| {result.Cpu.TotalSeconds:F2} | {Ratio(result.Cpu.TotalSeconds, promoter.Cpu.TotalSeconds)} ");
                table.Append($"| {result.PeakMemoryBytes / MiB:F0} | {Ratio(result.PeakMemoryBytes, promoter.PeakMemoryBytes)} ");
                table.Append($"| {result.SourceRequests} | {result.TargetRequests} ");
                table.Append($"| {Ratio(result.SourceRequests + result.TargetRequests, promoter.SourceRequests + promoter.TargetRequests)} |\n");
            }

            table.Append('\n');
        }

        return table.ToString();
    }

    private static string Ratio(double value, double promoter) => promoter > 0 ? $"{value / promoter:F2}" : "-";
}
