using System.Text.Json.Nodes;
using Promoter.Job.Commands;

namespace Promoter.Job.Tests;

/// <summary>Runs the command line as the program does, with its two streams caught.</summary>
internal static class JobHarness
{
    public static async Task<JobResult> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await PromoterCommands.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return new JobResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>A configuration file that lives as long as the test.</summary>
    public static TemporaryFile ConfigFile(string yaml) => new("apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\n" + yaml);
}

internal sealed record JobResult(int ExitCode, string Output, string Error)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}

internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text)
    {
        Path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("promoter-test-").FullName, "file.yaml");
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
}
