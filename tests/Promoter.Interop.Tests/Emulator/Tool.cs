using System.Diagnostics;

namespace Promoter.Interop.Tests.Emulator;

/// <summary>An independent program that speaks to the emulator; the test is skipped by name where it is not installed.</summary>
internal sealed class Tool(string file, params IReadOnlyList<string> leading)
{
    public static Tool Require(string name)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return new Tool(path);
    }

    /// <summary>Runs it to its end and gives what it printed; fails the test with everything it said where it fails.</summary>
    public async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var (code, output, error) = await TryRunAsync(environment, arguments);
        Assert.True(code == 0, $"{Path.GetFileName(file)} {string.Join(' ', arguments)} ended with {code}:\n{error}\n{output}");
        return output;
    }

    public async Task<(int Code, string Output, string Error)> TryRunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, [.. leading, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
