using System.CommandLine;
using Promoter.Admission.Hosting;
using Promoter.CommandLine;

namespace Promoter.Admission.Commands;

/// <summary>The command line of <c>promoter-admission</c>: one file per command, this one only lists them.</summary>
internal static class AdmissionCommands
{
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand("Brings missing images to the target registry when pods ask for them.")
        {
            ServeCommand.Create(),
            UngateCommand.Create(),
        };
        return new CommandLineProgram("promoter-admission", root) { TerminationTimeout = ShutdownSequence.Limit }.RunAsync(args, output, error, cancellationToken);
    }
}
