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
        var root = new RootCommand(
            """
            Promotes container images between registries by digest, so that a target account holds only what was promoted.
            Exit codes: 0 done, 1 unexpected, 2 usage or configuration, 3 image missing at the source, 4 access denied, 5 tag points to another digest,
            6 throttled or unreachable, 7 interrupted, 8 refused by policy.
            """)
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

    /// <summary>Parses and runs; wrong flags and verbs exit with 2, since the library's own code for them is 1 (and with 1 where 2 has another meaning).</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TerminationTimeout, EnableDefaultExceptionHandler = false };
        var parse = Create().Parse(args);
        var problems = UnknownWords.Of(parse).ToList();

        // A word that nobody knows explains what the library misses.
        if (problems.Count == 0) problems.AddRange(parse.Errors.Select(e => e.Message).Distinct());
        if (problems.Count == 0) return await parse.InvokeAsync(configuration, cancellationToken);

        foreach (var problem in problems) await error.WriteLineAsync($"promoter: {problem}");
        await error.WriteLineAsync($"promoter: see '{NameOf(parse.CommandResult)} --help'");
        return (int)(PlanCommand.IsDetailed(parse) ? ExitCode.Unexpected : ExitCode.Usage);
    }

    private static string NameOf(CommandResult command) => command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "promoter";
}
