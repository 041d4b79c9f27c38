using Promoter.Benchmarks.Copying;
using Promoter.Benchmarks.Starting;

namespace Promoter.Benchmarks;

/// <summary>docs/benchmarks.md.</summary>
internal static class Report
{
    public static string Document(IReadOnlyList<CopyResult> results, StartResult start, IReadOnlyList<string> machine) => $"""
        # Benchmarks

        Written by `make bench`; run it to get your own numbers. Between two CNCF Distribution registries on loopback, every tool copies the same
        images into a fresh target, and where a table says so once more with everything unchanged. Wall and CPU time are medians, memory is the highest peak
        of one process. Requests and bytes (both directions, headers included) are counted in a round of their own by nginx before both registries. The
        promoter takes all images of a scenario in one run; the other tools are run once per image, as their users do.
        `x` is the tool's number divided by the promoter's: above 1, the promoter needs less.

        {string.Join('\n', machine.Select(line => $"- {line}"))}

        ## Budgets

        {Budgets.Table(results, start)}
        {CopyReport.Tables(results)}
        ## Start

        From the start of the process to the first byte of its first request, medians of {start.Runs}; both are published in the same way.

        | program | ms |
        | --- | ---: |
        | an empty .NET program | {start.Empty.TotalMilliseconds:F0} |
        | promoter | {start.Promoter.TotalMilliseconds:F0} |

        """;
}
