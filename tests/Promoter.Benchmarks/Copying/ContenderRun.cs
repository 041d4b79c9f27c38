using System.Diagnostics;
using System.Globalization;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>Runs a contender's command lines under GNU time, whose numbers are the kernel's: one script for all, so that nothing is rounded once per process.</summary>
internal static class ContenderRun
{
    private static readonly string Time = Toolbox.Require("time");

    public static async Task<Measurement> MeasureAsync(Contender contender, CopyTask task)
    {
        using var home = new TemporaryFolder();
        var script = home.Write("run.sh", string.Concat(contender.Commands(task).Select(command => $"{string.Join(' ', ((string[])[contender.Program, .. command]).Select(Quote))} > /dev/null || exit 1\n")));
        var time = new ExternalProgram(Time) { Limit = TimeSpan.FromMinutes(20) };
        // A home of its own: nobody finds credentials, caches or configuration from an earlier run.
        time.Environment["HOME"] = home.Path;
        time.Environment["DOCKER_CONFIG"] = home[".docker"];
        time.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        var clock = Stopwatch.StartNew();
        await time.RunAsync("--format", "%U %S %M", "--output", home["usage"], "sh", script);
        var wall = clock.Elapsed;
        var usage = (await File.ReadAllTextAsync(home["usage"])).Split(' ', StringSplitOptions.TrimEntries);
        return new Measurement(wall, TimeSpan.FromSeconds(Number(usage[0]) + Number(usage[1])), long.Parse(usage[2], CultureInfo.InvariantCulture) * 1024);

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

        static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
