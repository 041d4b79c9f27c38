using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Terminal;

/// <summary>What a person sees who runs the program by hand, under a pseudo-terminal (util-linux' script), and what a log gets instead.</summary>
public sealed partial class LiveProgressTests : IAsyncLifetime
{
    private const char Bar = '━';
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        foreach (var name in (string[])["web", "api"]) _source.Push($"shop/{name}", SampleImages.TwoPlatforms(name), "1");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task On_a_terminal_each_image_has_a_bar_and_in_the_end_a_table_says_what_became_of_it()
    {
        var screen = await WatchAsync(0, "--log-level", "debug");

        foreach (var image in (string[])["shop/web:1", "shop/api:1"])
        {
            Assert.Contains(screen.Drawn, line => line.Contains(image, StringComparison.Ordinal) && line.Contains(Bar) && line.Contains("/s ", StringComparison.Ordinal));
            Assert.Contains(screen.Lines, line => line.StartsWith('│') && line.Contains(image, StringComparison.Ordinal) && line.Contains("Promoted", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(screen.Lines, line => line.Contains(Bar));
        Assert.StartsWith("2 promoted", screen.Lines.Last(line => line.Length > 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_lines_stand_above_the_bars_and_each_is_whole()
    {
        var screen = await WatchAsync(0, "--log-level", "debug");

        var log = screen.Lines.Where(line => line.Contains(" DBG ", StringComparison.Ordinal)).ToList();
        Assert.All(log, line => Assert.Matches(LogLine(), line));
        Assert.Equal(_source.Requests.All.Count + _target.Requests.All.Count, log.Count);
        Assert.DoesNotContain(screen.Drawn, line => line.Contains(Bar) && line.Contains("answered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_fails_is_named_in_the_table_and_its_reason_stands_below()
    {
        _target.Faults.Inject(Effect.Status(403, "DENIED", "not for [you]"), r => r.Action == EmulatedAction.StartUpload && r.Repository == "shop/api", times: FaultScript.Always);

        var screen = await WatchAsync(4);

        Assert.Contains(screen.Lines, line => line.StartsWith('│') && line.Contains("shop/api:1", StringComparison.Ordinal) && line.Contains("Failed", StringComparison.Ordinal));
        Assert.Contains("not for [you]", string.Concat(screen.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain(screen.Lines, line => line.Contains(Bar));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Where_no_terminal_is_there_are_plain_lines_alone(string format)
    {
        using var promoter = new PromoterProcess();

        var result = await promoter.RunAsync([.. Arguments, "--log-format", format]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain('\x1b', result.Printed);
        Assert.DoesNotContain('\r', result.Printed);
        Assert.DoesNotContain(Bar, result.Printed);
        Assert.Contains("is complete at the target", result.Program.Errors, StringComparison.Ordinal);
    }

    private string[] Arguments => ["promote", "--from", _source.ReferenceHost, "--to", _target.ReferenceHost, $"{_target.ReferenceHost}/shop/web:1", $"{_target.ReferenceHost}/shop/api:1"];

    private async Task<Screen> WatchAsync(int exitCode, params string[] more)
    {
        var script = new ExternalProgram(Toolbox.Require("script")) { Environment = { ["TERM"] = "xterm-256color" } };
        // Wide enough that no line is folded.
        var command = $"stty cols 400 rows 50; exec '{Toolbox.Require("dotnet")}' '{PromoterProcess.ProgramPath()}' {string.Join(' ', Arguments)} {string.Join(' ', more)}";

        var result = await script.TryRunAsync(["--quiet", "--return", "--command", command, "/dev/null"]);

        Assert.True(result.ExitCode == exitCode, result.ToString());
        return Screen.After(result.Text);
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d DBG [A-Z]+ 127\.0\.0\.1/v2/\S+ answered \d{3}$")]
    private static partial Regex LogLine();
}
