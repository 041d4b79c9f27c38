using System.Text;
using Promoter.Benchmarks.Copying;
using Promoter.Benchmarks.Starting;

namespace Promoter.Benchmarks;

/// <summary>The design's budgets beside what this run measured.</summary>
internal static class Budgets
{
    private const double MiB = 1 << 20;
    private const double MostMemory = 128 * MiB;
    private const double LongestStart = 0.2;
    private const double SlowSourceGain = 3;

    public static string Table(IReadOnlyList<CopyResult> results, StartResult start)
    {
        var text = new StringBuilder("| budget | measured | |\n| --- | --- | --- |\n");
        foreach (var (promoter, peer) in AgainstPeers(results, result => result.Scenario.IsThroughput && result.Case == CopyCase.Cold).Where(pair => pair.Peer.Contender is "skopeo" or "crane"))
        {
            Row($"{promoter.Scenario.Name}: wall time at or below {peer.Contender}'s", $"{CopyReport.Ratio(peer.Wall.TotalSeconds, promoter.Wall.TotalSeconds)} x", promoter.Wall <= peer.Wall);
            Row($"{promoter.Scenario.Name}: CPU time at or below {peer.Contender}'s", $"{CopyReport.Ratio(peer.Cpu.TotalSeconds, promoter.Cpu.TotalSeconds)} x", promoter.Cpu <= peer.Cpu);
        }

        foreach (var (promoter, peer) in AgainstPeers(results, result => result.Scenario.ConnectionLimit is not null))
        {
            Row($"{promoter.Scenario.Name}: at least {SlowSourceGain} times as fast as {peer.Contender}", $"{CopyReport.Ratio(peer.Wall.TotalSeconds, promoter.Wall.TotalSeconds)} x", peer.Wall >= promoter.Wall * SlowSourceGain);
        }

        var promoters = results.Where(result => result.Contender == results[0].Contender).ToList();
        foreach (var pinned in promoters.Where(result => result.Case == CopyCase.UnchangedByDigest))
        {
            Row($"{pinned.Scenario.Name}, unchanged and pinned: one request each, none to the source", $"{pinned.Target.Requests} and {pinned.Source.Requests}", pinned.Source.Requests == 0 && pinned.Target.Requests == pinned.Images);
        }

        var peak = promoters.Max(result => result.PeakMemoryBytes);
        Row($"peak memory of the job below {MostMemory / MiB:F0} MiB, whatever it copies", $"{peak / MiB:F0} MiB", peak < MostMemory);
        var extra = (start.Promoter - start.Empty).TotalSeconds;
        Row($"first request at most {LongestStart * 1000:F0} ms after that of an empty .NET program", $"{extra * 1000:F0} ms ({start.Promoter.TotalMilliseconds:F0} against {start.Empty.TotalMilliseconds:F0})", extra < LongestStart);
        return text.ToString();

        void Row(string budget, string measured, bool holds) => text.Append($"| {budget} | {measured} | {(holds ? "holds" : "**missed**")} |\n");
    }

    private static IEnumerable<(CopyResult Promoter, CopyResult Peer)> AgainstPeers(IReadOnlyList<CopyResult> results, Func<CopyResult, bool> wanted) =>
        results.Where(wanted).GroupBy(result => (result.Scenario, result.Case)).SelectMany(group => group.Skip(1).Select(peer => (group.First(), peer)));
}
