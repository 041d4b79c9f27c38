using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>
/// Runs every contender on every scenario between two real registries. Each cold run has a fresh target; what is unchanged follows it there. Contenders
/// take turns within a repetition, so that a slow minute of the machine is everybody's. A first round through counting proxies is not timed.
/// </summary>
internal sealed class CopyComparison(IReadOnlyList<Contender> contenders, TextWriter log)
{
    public async Task<IReadOnlyList<CopyResult>> RunAsync(IReadOnlyList<Scenario> scenarios)
    {
        var results = new List<CopyResult>();
        await using var source = await DistributionRegistry.StartAsync();
        foreach (var scenario in scenarios)
        {
            await log.WriteLineAsync($"{scenario.Name}: pushing, then counting requests");
            results.AddRange(await RunAsync(scenario, source));
        }

        return results;
    }

    private async Task<IReadOnlyList<CopyResult>> RunAsync(Scenario scenario, DistributionRegistry source)
    {
        var images = await scenario.PushAsync(source.Host);
        await using var front = await FrontProxy.StartAsync(source.Host, scenario.ConnectionLimit);
        var traffic = new Dictionary<(Contender, CopyCase), (Traffic Source, Traffic Target)>();
        foreach (var contender in contenders)
        {
            await using var target = await TargetAsync(scenario, images, source);
            await using var targetFront = await FrontProxy.StartAsync(target.Host);
            foreach (var one in scenario.Cases)
            {
                var (sourceBefore, targetBefore) = (await front.ReadAsync(), await targetFront.ReadAsync());
                await ContenderRun.MeasureAsync(contender, Task(images, front.Host, targetFront.Host, one));
                traffic[(contender, one)] = (Difference(await front.ReadAsync(), sourceBefore), Difference(await targetFront.ReadAsync(), targetBefore));
            }
        }

        // A limited connection is part of the scenario; else nothing stands between a contender and the registries.
        var runs = contenders.SelectMany(_ => scenario.Cases, (contender, one) => (contender, one)).ToDictionary(key => key, _ => new List<Measurement>());
        var sourceHost = scenario.ConnectionLimit is null ? source.Host : front.Host;
        for (var repetition = 1; repetition <= scenario.Repetitions; repetition++)
        {
            foreach (var contender in contenders)
            {
                await using var target = await TargetAsync(scenario, images, source);
                foreach (var one in scenario.Cases)
                {
                    var run = await ContenderRun.MeasureAsync(contender, Task(images, sourceHost, target.Host, one));
                    runs[(contender, one)].Add(run);
                    await log.WriteLineAsync($"{scenario.Name}, {contender.Name}, {one}, run {repetition}: {run.Wall.TotalSeconds:F2} s, CPU {run.Cpu.TotalSeconds:F2} s");
                }
            }
        }

        return [.. scenario.Cases.SelectMany(_ => contenders, (one, contender) =>
            new CopyResult(scenario, one, contender.Name, images.Count, runs[(contender, one)], traffic[(contender, one)].Source, traffic[(contender, one)].Target))];
    }

    // Where no cold copy is measured the target has everything from the start.
    private async Task<DistributionRegistry> TargetAsync(Scenario scenario, IReadOnlyList<BenchmarkImage> images, DistributionRegistry source)
    {
        var target = await DistributionRegistry.StartAsync();
        if (!scenario.Cases.Contains(CopyCase.Cold)) await ContenderRun.MeasureAsync(contenders[0], Task(images, source.Host, target.Host, CopyCase.Cold));
        return target;
    }

    private static CopyTask Task(IReadOnlyList<BenchmarkImage> images, string source, string target, CopyCase one) => new(images, source, target, one == CopyCase.UnchangedByDigest);

    private static Traffic Difference(Traffic after, Traffic before) => new(after.Requests - before.Requests, after.Bytes - before.Bytes);
}
