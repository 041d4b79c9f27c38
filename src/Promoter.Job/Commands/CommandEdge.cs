using System.CommandLine;
using Promoter.Discovery;
using Promoter.Job.Output;
using Promoter.Job.Results;
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
        CommandContext? context = null;
        TimeSpan? limit = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            context = CommandContext.Create(parse);
            limit = context.Config.Transfer.TotalTimeout;
            if (limit is { } span) stop.CancelAfter(span);
            return (int)await command(context, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            var why = limit is { } over && !cancellationToken.IsCancellationRequested ? $"stopped by transfer.totalTimeout ({ConfigUnits.Print(over)})" : "interrupted";
            return await FailAsync(parse, context, ExitCode.Interrupted, $"{why} before anything was changed; run again to do the work");
        }
        catch (Exception e) when (e is ConfigException or ManifestException)
        {
            return await FailAsync(parse, context, ExitCode.Usage, e.Message);
        }
        catch (Exception e)
        {
            var code = ExitCodes.Of(e);
            var message = code == ExitCode.Unexpected && e is not PromotionException ? $"unexpected failure, please report it: {e}" : e.Message;
            return await FailAsync(parse, context, code, message);
        }
        finally
        {
            context?.Dispose();
        }
    }

    private static async Task<int> FailAsync(ParseResult parse, CommandContext? context, ExitCode code, string message)
    {
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        await error.WriteLineAsync($"promoter: {message}");
        TerminationMessage.Write(message, TerminationMessage.DefaultPath);
        var result = RunResult.OfFailure(code, message, TimeProvider.System.GetUtcNow());
        var leavesReport = RunOptions.LeavesReport(parse);
        if (leavesReport) await TellAsync(parse, context, result);
        if (parse.GetValue(GlobalOptions.Output) == OutputFormat.Json) await output.WriteLineAsync(result.Json());
        else if (leavesReport && !IsReadByOnePerson) await output.WriteLineAsync(result.Summary);
        return (int)code;
    }

    // On a terminal both streams are one: the message stands there already.
    private static bool IsReadByOnePerson => !Console.IsOutputRedirected && !Console.IsErrorRedirected;

    private static async Task TellAsync(ParseResult parse, CommandContext? context, RunResult result)
    {
        using var made = context is null ? CommandContext.WithoutConfiguration(parse) : null;
        try
        {
            using var receivers = (context ?? made!).Receivers();
            await receivers.TellAsync(result);
        }
        catch (PromotionException)
        {
            // The report's file cannot be written: that is the failure, or comes second to it.
        }
    }
}
