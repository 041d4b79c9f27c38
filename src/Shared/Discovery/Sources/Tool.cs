using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Promoter.Discovery.Sources;

/// <summary>A program that renders manifests. Arguments are handed over one by one; no shell reads them.</summary>
/// <param name="name">The program, looked up in PATH.</param>
/// <param name="advice">Where to get it, or what to use instead, for when it is not there.</param>
internal sealed class Tool(string name, string advice)
{
    public string Name { get; } = name;

    public bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, Name)) || File.Exists(Path.Combine(directory, Name + ".exe")));

    /// <summary>What the program wrote to its standard output.</summary>
    /// <exception cref="ManifestException">It is not installed, or it failed; then all that it wrote to standard error is in the message.</exception>
    public async Task<byte[]> RunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(arguments, environment);
        try
        {
            process.StandardInput.Close();
            using var output = new MemoryStream();
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await BoundedCopy.CopyAsync(process.StandardOutput.BaseStream, output, CommandLine(arguments), cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? output.ToArray() : throw Failed(arguments, process.ExitCode, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The same, as text without the line feed at its end.</summary>
    public async Task<string> ReadTextAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await RunAsync(arguments, cancellationToken)).TrimEnd('\r', '\n');

    public string CommandLine(IReadOnlyList<string> arguments) => string.Join(' ', [Name, .. arguments.Select(Quoted)]);

    private Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(Name, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>()) start.Environment[variable] = value;
        try
        {
            return Process.Start(start) ?? throw new ManifestException($"{Name} did not start");
        }
        catch (Win32Exception e)
        {
            throw new ManifestException($"cannot run {CommandLine(arguments)}: {Name} is not installed, or not in PATH: {advice}", e);
        }
    }

    private ManifestException Failed(IReadOnlyList<string> arguments, int exitCode, string errors)
    {
        var reason = errors.Trim() is { Length: > 0 } said ? said : "(it gave no reason)";
        return new ManifestException($"{CommandLine(arguments)} failed with exit code {exitCode}:{Environment.NewLine}{reason}");
    }

    // For messages only: what runs is the list.
    private static string Quoted(string argument) => argument.Length > 0 && !argument.Any(char.IsWhiteSpace) ? argument : $"'{argument}'";
}
