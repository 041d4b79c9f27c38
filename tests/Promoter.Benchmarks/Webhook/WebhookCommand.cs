using System.Runtime.InteropServices;

namespace Promoter.Benchmarks.Webhook;

/// <summary>The webhook's part of the benchmarks: <c>webhook PROGRAM REPORT.md</c>.</summary>
internal static class WebhookCommand
{
    public const string Name = "webhook";

    public static async Task<int> RunAsync(string program, string report)
    {
        var numbers = await new WebhookComparison(program, Console.Error).RunAsync(rounds: 3);
        await Console.Out.WriteLineAsync(WebhookReport.Table(numbers));
        await File.WriteAllTextAsync(report, WebhookReport.Document(numbers, Machine()));
        return numbers.Webhook.Steady.Failed + numbers.Webhook.Saturated.Failed + numbers.Rotation.Failed == 0 ? 0 : 1;
    }

    private static IReadOnlyList<string> Machine() =>
    [
        $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}",
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):F0} GiB memory, {RuntimeInformation.OSArchitecture} Linux",
        RuntimeInformation.FrameworkDescription,
    ];
}
