using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Promoter.Benchmarks.Starting;

/// <summary>Measures how long a program takes until its first request arrives at a listener, the promoter and an empty program in turns.</summary>
internal static class StartComparison
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="promoter">Full path of the published promoter.</param>
    /// <param name="empty">Full path of the empty program, published in the same way.</param>
    /// <param name="runs">How often each is started; the first pair is not counted.</param>
    public static async Task<StartResult> RunAsync(string promoter, string empty, int runs = 15)
    {
        var promoterRuns = new List<TimeSpan>();
        var emptyRuns = new List<TimeSpan>();
        for (var run = 0; run <= runs; run++)
        {
            var one = await MeasureAsync(promoter, host => ["copy", $"{host}/shop/web:1", $"{host}/shop/copy:1"]);
            var other = await MeasureAsync(empty, host => [host.Split(':')[1]]);
            if (run == 0) continue;
            promoterRuns.Add(one);
            emptyRuns.Add(other);
        }

        return new StartResult(Median(promoterRuns), Median(emptyRuns), runs);
    }

    private static async Task<TimeSpan> MeasureAsync(string program, Func<string, IEnumerable<string>> arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var start = new ProcessStartInfo(program, arguments($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AWS_EC2_METADATA_DISABLED"] = "true" },
        };
        using var limit = new CancellationTokenSource(Limit);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        try
        {
            using var connection = await listener.AcceptSocketAsync(limit.Token);
            await connection.ReceiveAsync(new byte[1], limit.Token);
            return clock.Elapsed;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static TimeSpan Median(List<TimeSpan> runs) => runs.Order().ElementAt(runs.Count / 2);
}
