using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Repository;

/// <summary>In a fresh clone on a machine that lacks something, every target says what it is and how to get it, before it does anything else.</summary>
public sealed class PrerequisiteTests(FreshClone clone) : IClassFixture<FreshClone>
{
    private static readonly string[] Usual =
    [
        "awk", "basename", "bash", "cat", "chmod", "cp", "dirname", "dotnet", "env", "find", "git", "grep", "head", "id", "ln", "make", "mkdir", "mktemp", "mv", "readlink", "rm", "sed", "sh", "sort", "tail", "tar", "tr",
        "uname", "wc", "xargs",
    ];

    [Theory]
    [InlineData("demo", "dotnet")]
    [InlineData("test", "dotnet")]
    [InlineData("bench", "dotnet")]
    [InlineData("images", "dotnet")]
    [InlineData("build", "dotnet")]
    [InlineData("charts", "helm kubectl")]
    [InlineData("images", "git")]
    public async Task A_target_names_the_program_that_is_missing(string target, string missing)
    {
        using var folder = new TemporaryFolder();
        var make = new ExternalProgram(Toolbox.Require("make")) { WorkingDirectory = clone.Root };
        make.Environment["PATH"] = PathWithout(folder["bin"], missing.Split(' '));
        make.Environment["PROMOTER_INSTALL_TOOLS"] = "0";
        make.Environment["REGISTRY"] = "localhost:1";

        var result = await make.TryRunAsync([target]);

        Assert.True(result.ExitCode != 0, result.ToString());
        foreach (var program in missing.Split(' ')) Assert.Contains($"'{program}' is ", result.Errors, StringComparison.Ordinal);
        Assert.Contains("nstall", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_alone_lists_the_targets()
    {
        var result = await new ExternalProgram(Toolbox.Require("make")) { WorkingDirectory = Toolbox.RepositoryRoot }.RunAsync();

        foreach (var target in (string[])["demo", "test", "bench", "images", "charts", "coverage", "mutants"]) Assert.Contains($"  {target} ", result.Text, StringComparison.Ordinal);
    }

    // A machine with the usual small programs, without the missing ones.
    private static string PathWithout(string folder, string[] missing)
    {
        Directory.CreateDirectory(folder);
        foreach (var program in Usual.Except(missing))
        {
            if (Toolbox.Find(program) is { } path) File.CreateSymbolicLink(Path.Combine(folder, program), path);
        }

        return folder;
    }
}
