using System.Diagnostics;

namespace Promoter.Job.Tests;

/// <summary>A folder with an application that a test may edit, and real programs that run in it.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("promoter-test-");

    public string this[string path] => Path.Combine(_folder.FullName, path);

    public string Read(string path) => File.ReadAllText(this[path]);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
    }

    /// <summary>Replaces a text that has to be there.</summary>
    public void Edit(string path, string before, string after)
    {
        Assert.Contains(before, Read(path), StringComparison.Ordinal);
        Write(path, Read(path).Replace(before, after, StringComparison.Ordinal));
    }

    /// <summary>What a program that has to succeed writes to its standard output; skips the test where it is not installed.</summary>
    public string Run(string program, params IEnumerable<string> arguments)
    {
        Require(program);
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = new System.Text.StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} exited with {process.ExitCode}: {errors}");
        return output;
    }

    /// <summary>Commits everything, in a repository that is made where there is none.</summary>
    public void Commit(string message)
    {
        if (!Directory.Exists(this[".git"])) Run("git", "init", "--quiet", "--initial-branch=main");
        Run("git", "add", "--all");
        Run("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", message);
    }

    public static void Require(string program) => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(d => File.Exists(Path.Combine(d, program))),
        $"{program} is not installed: run eng/install-tools.sh");

    public void Dispose() => _folder.Delete(recursive: true);
}
