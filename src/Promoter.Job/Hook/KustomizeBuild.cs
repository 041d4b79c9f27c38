using System.Diagnostics;
using Promoter.Promotion;

namespace Promoter.Job.Hook;

/// <summary>Renders a kustomization: <c>kustomize build</c>, or <c>kubectl kustomize</c> where that is what there is.</summary>
internal static class KustomizeBuild
{
    private static readonly (string Program, string Verb)[] Programs = [("kustomize", "build"), ("kubectl", "kustomize")];

    /// <exception cref="PromotionException">Neither program is installed, or the build failed; its own message is shown whole.</exception>
    public static async Task<byte[]> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var (program, verb) in Programs)
        {
            var path = folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
            if (path is not null) return await RunAsync(path, verb, directory, cancellationToken);
        }

        throw new PromotionException(ExitCode.Usage, $"neither kustomize nor kubectl is on PATH, and {directory} has to be rendered: install one of them, or render it yourself and give the result with -f");
    }

    private static async Task<byte[]> RunAsync(string path, string verb, string directory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, [verb, directory]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            using var output = new MemoryStream();
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken), errors, process.WaitForExitAsync(cancellationToken));
            return process.ExitCode == 0
                ? output.ToArray()
                : throw new PromotionException(ExitCode.Usage, $"{Path.GetFileName(path)} {verb} {directory} failed:{Environment.NewLine}{(await errors).TrimEnd()}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
