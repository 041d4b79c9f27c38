using System.Diagnostics;
using System.Globalization;

namespace Promoter.Interop.Tests.Tools;

/// <summary>Runs a program to its end and collects what it prints.</summary>
public sealed class ExternalProgram(string path)
{
    /// <summary>Far above what any of these runs needs: it ends a hanging program, it measures nothing.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(5);

    public string Path => path;

    /// <summary>Variables to set for the program; null removes one that the tests inherited.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    public string? WorkingDirectory { get; init; }

    /// <summary>When this completes the program gets SIGTERM, as a pod does that is deleted.</summary>
    public Task? Terminate { get; init; }

    /// <summary>Runs and returns the result, whatever the exit code.</summary>
    public async Task<ProgramResult> TryRunAsync(IEnumerable<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? "",
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            using var output = new MemoryStream();
            var copying = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
            await GiveInputAsync(process, input, limit.Token);
            if (Terminate is not null)
            {
                await Task.WhenAny(Terminate, process.WaitForExitAsync(limit.Token));
                using var signal = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await signal.WaitForExitAsync(limit.Token);
            }

            await Task.WhenAll(copying, errors, process.WaitForExitAsync(limit.Token));
            return new ProgramResult(string.Join(' ', [path, .. start.ArgumentList]), process.ExitCode, output.ToArray(), await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs and returns the result.</summary>
    /// <exception cref="InvalidOperationException">The program failed; the message carries everything it printed.</exception>
    public async Task<ProgramResult> RunAsync(params IEnumerable<string> arguments) => (await TryRunAsync(arguments)).EnsureSuccess();

    private static async Task GiveInputAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; its exit code says why.
        }
    }
}
