using System.Runtime.InteropServices;
using Promoter.Benchmarks.Copying;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks;

/// <summary>Where the numbers come from, without naming the machine.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyList<string>> DescribeAsync(IEnumerable<Contender> contenders)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        List<string> lines =
        [
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}",
            $"{Environment.ProcessorCount} cores, {memory:F0} GiB memory, {RuntimeInformation.OSArchitecture} Linux",
            RuntimeInformation.FrameworkDescription,
            await VersionAsync(Toolbox.Require("docker-registry"), "--version"),
        ];
        foreach (var contender in contenders)
        {
            lines.Add($"{contender.Name}: {await VersionAsync(contender.Program, contender.VersionArguments)}");
        }

        return lines;
    }

    private static async Task<string> VersionAsync(string program, params string[] arguments)
    {
        var result = await new ExternalProgram(program).TryRunAsync(arguments);
        var lines = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("version", StringComparison.OrdinalIgnoreCase)) ?? lines.FirstOrDefault() ?? "unknown version";
    }
}
