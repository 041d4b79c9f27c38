using System.CommandLine;
using Promoter.Kubernetes;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Commands;

/// <summary>The edge at which every failure of a command becomes an exit code and one message. Only what nobody foresaw is shown with its stack.</summary>
internal static class CommandEdge
{
    public static async Task<int> RunAsync(ParseResult arguments, Func<Task<ExitCode>> command, CancellationToken cancellationToken)
    {
        try
        {
            return (int)await command();
        }
        catch (Exception e)
        {
            var (code, message) = e switch
            {
                OperationCanceledException when cancellationToken.IsCancellationRequested => (ExitCode.Interrupted, "interrupted; run again to do the rest"),
                ConfigException => (ExitCode.Usage, e.Message),
                KubernetesException { IsDenied: true } => (ExitCode.AccessDenied, e.Message),
                KubernetesException => (ExitCode.Unavailable, e.Message),
                // A port that is taken, a certificate that is not there.
                IOException => (ExitCode.Usage, e.Message),
                _ => (ExitCode.Unexpected, $"unexpected failure, please report it: {e}"),
            };
            await arguments.InvocationConfiguration.Error.WriteLineAsync($"promoter-admission: {message}");
            return (int)code;
        }
    }
}
