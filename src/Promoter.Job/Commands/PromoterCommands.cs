using System.CommandLine;
using Promoter.CommandLine;
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

    /// <summary>Parses and runs; a mistake exits with 2, and with 1 where 2 means that there is work to do.</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var program = new CommandLineProgram("promoter", Create())
        {
            TerminationTimeout = TerminationTimeout,
            MistakeCode = parse => PlanCommand.IsDetailed(parse) ? ExitCode.Unexpected : ExitCode.Usage,
        };
        return program.RunAsync(args, output, error, cancellationToken);
    }
}
