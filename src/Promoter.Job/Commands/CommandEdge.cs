using System.CommandLine;
using System.Text.Json;
using Promoter.Discovery;
using Promoter.Job.Output;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Commands;

/// <summary>
/// The edge at which every failure of a command becomes an exit code and one message: what was thrown is what a person reads. Only what nobody foresaw is
/// shown with its stack.
/// </summary>
internal static class CommandEdge
{
    public static async Task<int> RunAsync(ParseResult parse, Func<CommandContext, CancellationToken, Task<ExitCode>> command, CancellationToken cancellationToken)
    {
        var output = parse.InvocationConfiguration.Output;
        var error = parse.InvocationConfiguration.Error;
        try
        {
            using var context = CommandContext.Create(parse);
            return (int)await command(context, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(parse, output, error, ExitCode.Interrupted, "interrupted before anything was changed; run again to do the work");
        }
        catch (Exception e) when (e is ConfigException or ManifestException)
        {
            return Fail(parse, output, error, ExitCode.Usage, e.Message);
        }
        catch (Exception e)
        {
            var code = ExitCodes.Of(e);
            var message = code == ExitCode.Unexpected && e is not PromotionException ? $"unexpected failure, please report it: {e}" : e.Message;
            return Fail(parse, output, error, code, message);
        }
    }

    private static int Fail(ParseResult parse, TextWriter output, TextWriter error, ExitCode code, string message)
    {
        error.WriteLine($"promoter: {message}");
        TerminationMessage.Write(message, TerminationMessage.DefaultPath);
        if (parse.GetValue(GlobalOptions.Output) == OutputFormat.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(new ErrorDocument("Error", (int)code, message), JsonText.Context.ErrorDocument));
        }

        return (int)code;
    }
}
