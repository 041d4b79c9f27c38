using System.CommandLine;
using System.CommandLine.Parsing;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>The command line of <c>promoter</c>: one file per command, this one only lists them.</summary>
internal static class PromoterCommands
{
    // Below the thirty seconds that Kubernetes waits between SIGTERM and SIGKILL.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(25);

    public static RootCommand Create()
    {
        var root = new RootCommand("Promotes container images between registries by digest, so that a target account holds only what was promoted.")
        {
            PromoteCommand.Create(),
            PlanCommand.Create(),
            ImagesCommand.Create(),
            CopyCommand.Create(),
            RollbackCommand.Create(),
            DoctorCommand.Create(),
            HookCommand.Create(),
            GenerateCommand.Create(),
            IndexCommand.Create(),
        };
        GlobalOptions.AddTo(root);
        return root;
    }

    /// <summary>Parses and runs; wrong flags and verbs exit with 2, since the library's own code for them is 1.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TerminationTimeout, EnableDefaultExceptionHandler = false };
        var parse = Create().Parse(args);
        var problems = parse.Errors.Select(e => e.Message).Concat(UnknownOptions(parse)).ToList();
        if (problems.Count == 0) return await parse.InvokeAsync(configuration, cancellationToken);

        foreach (var problem in problems) await error.WriteLineAsync($"promoter: {problem}");
        await error.WriteLineAsync($"promoter: see 'promoter {(parse.CommandResult.Command is RootCommand ? "" : parse.CommandResult.Command.Name + " ")}--help'");
        return (int)ExitCode.Usage;
    }

    // The library hands a flag that it does not know to a command's free arguments, where it would be reported as a bad image reference or not at all.
    private static IEnumerable<string> UnknownOptions(ParseResult parse) =>
        parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value)
            .Where(value => value.Length > 1 && value.StartsWith('-')).Select(value => $"unknown option {value}");
}
