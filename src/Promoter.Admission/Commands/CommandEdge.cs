using System.CommandLine;
using Promoter.Kubernetes;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Commands;

/// <summary>The edge at which every failure of a command becomes an exit code and one message.</summary>
internal static class CommandEdge
{
    public static async Task<int> RunAsync(ParseResult arguments, Func<Task<int>> command)
    {
        var error = arguments.InvocationConfiguration.Error;
        try
        {
            return await command();
        }
        catch (ConfigException e)
        {
            await error.WriteLineAsync($"promoter-admission: {e.Message}");
            return ExitCode.Usage;
        }
        catch (KubernetesException e)
        {
            await error.WriteLineAsync($"promoter-admission: {e.Message}");
            return e.IsDenied ? ExitCode.Denied : ExitCode.Unreachable;
        }
        catch (IOException e)
        {
            // A port that is taken, a certificate that is not there.
            await error.WriteLineAsync($"promoter-admission: {e.Message}");
            return ExitCode.Usage;
        }
    }
}
