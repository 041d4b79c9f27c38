using System.Runtime.InteropServices;
using Promoter.Benchmarks.Copying;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks;

/// <summary>Where the numbers come from, without naming the machine.</summary>
internal static class Machine
{
    /// <summary>How many processes wanted to run in the last minute; taken before the comparison, it tells what else the machine was doing.</summary>
    public static string LoadAverage() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    public static async Task<IReadOnlyList<string>> DescribeAsync(IEnumerable<Contender> contenders, string loadBefore)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        List<string> lines =
        [
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}",
            $"{Processor()}, {Environment.ProcessorCount} cores, {memory:F0} GiB memory, {RuntimeInformation.OSArchitecture} Linux",
            $"load average before the run: {loadBefore} (far above 0, other work took part of every number: then trust counts and memory, not seconds)",
            RuntimeInformation.FrameworkDescription,
            await VersionAsync(Toolbox.Require("docker-registry"), "--version"),
            await VersionAsync(Toolbox.Require("nginx"), "-v"),
        ];
        foreach (var contender in contenders)
        {
            lines.Add($"{contender.Name}: {await VersionAsync(contender.Program, contender.VersionArguments)}");
        }

        return lines;
    }

    private static string Processor()
    {
        const string Key = "model name";
        var line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? "unknown processor" : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static async Task<string> VersionAsync(string program, params string[] arguments)
    {
        var result = await new ExternalProgram(program).TryRunAsync(arguments);
        var lines = result.Text.Split('\n').Concat(result.Errors.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var version = lines.Find(line => line.Contains("version", StringComparison.OrdinalIgnoreCase)) ?? lines.FirstOrDefault() ?? "unknown version";
        // Some tools print the path by which they were called, some a label.
        return version.Replace(program, Path.GetFileName(program), StringComparison.Ordinal).Replace("Version:", "", StringComparison.Ordinal).Trim();
    }
}
