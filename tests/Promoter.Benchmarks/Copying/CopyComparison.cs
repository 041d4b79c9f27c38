using System.Diagnostics;
using System.Globalization;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>
/// Runs every contender on every scenario between two real registries. Each cold run has a fresh target; the run after it finds everything
/// unchanged. Contenders take turns within a repetition, so that a slow minute of the machine is everybody's.
/// </summary>
internal sealed class CopyComparison(IReadOnlyList<Contender> contenders, TextWriter log)
{
    private readonly string _time = Toolbox.Require("time");

    public async Task<IReadOnlyList<CopyResult>> RunAsync(IReadOnlyList<Scenario> scenarios, int repetitions)
    {
        var results = new List<CopyResult>();
        await using var source = await DistributionRegistry.StartAsync();
        foreach (var scenario in scenarios)
        {
            await scenario.PushAsync(source.Host);
            var cold = contenders.ToDictionary(contender => contender, _ => new List<Measurement>());
            var unchanged = contenders.ToDictionary(contender => contender, _ => new List<Measurement>());
            // The first round fills the page cache for everybody and is not counted.
            for (var repetition = 0; repetition <= repetitions; repetition++)
            {
                foreach (var contender in contenders)
                {
                    await using var target = await DistributionRegistry.StartAsync();
                    var first = await MeasureAsync(contender, scenario, source, target);
                    var second = await MeasureAsync(contender, scenario, source, target);
                    if (repetition > 0)
                    {
                        cold[contender].Add(first);
                        unchanged[contender].Add(second);
                        await log.WriteLineAsync(
                            $"{scenario.Name}, {contender.Name}, run {repetition}: {first.Wall.TotalSeconds:F2} s, unchanged {second.Wall.TotalSeconds:F2} s");
                    }
                }
            }

            results.AddRange(contenders.Select(contender => new CopyResult(scenario.Name, Unchanged: false, contender.Name, cold[contender])));
            results.AddRange(contenders.Select(contender => new CopyResult(scenario.Name, Unchanged: true, contender.Name, unchanged[contender])));
        }

        return results;
    }

    private async Task<Measurement> MeasureAsync(Contender contender, Scenario scenario, DistributionRegistry source, DistributionRegistry target)
    {
        var commands = contender.Commands(scenario.Images, source.Host, target.Host).ToList();
        var (sourceBefore, targetBefore) = ((await source.ReadAccessLogAsync()).Count, (await target.ReadAccessLogAsync()).Count);
        var cpu = TimeSpan.Zero;
        var peak = 0L;
        var clock = Stopwatch.StartNew();
        foreach (var command in commands)
        {
            var (seconds, kibibytes) = await RunAsync(contender.Program, command);
            cpu += TimeSpan.FromSeconds(seconds);
            peak = Math.Max(peak, kibibytes * 1024);
        }

        var wall = clock.Elapsed;
        return new Measurement(
            wall, cpu, peak, (await source.ReadAccessLogAsync()).Count - sourceBefore, (await target.ReadAccessLogAsync()).Count - targetBefore);
    }

    /// <summary>Runs a command under GNU time, whose numbers are the kernel's.</summary>
    private async Task<(double CpuSeconds, long PeakKibibytes)> RunAsync(string program, string[] arguments)
    {
        using var home = new TemporaryFolder();
        var time = new ExternalProgram(_time);
        // A home of its own: nobody finds credentials, caches or configuration from an earlier run.
        time.Environment["HOME"] = home.Path;
        time.Environment["DOCKER_CONFIG"] = home[".docker"];
        time.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        await time.RunAsync(["--format", "%U %S %M", "--output", home["usage"], program, .. arguments]);
        var usage = (await File.ReadAllTextAsync(home["usage"])).Split(' ', StringSplitOptions.TrimEntries);
        return (Number(usage[0]) + Number(usage[1]), long.Parse(usage[2], CultureInfo.InvariantCulture));

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }
}
