using System.CommandLine;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter plan</c>: says what <c>promote</c> would do, and changes nothing.</summary>
internal static class PlanCommand
{
    // Terraform's habit, which CI scripts know: 0 nothing to do, 1 failure, 2 something to do.
    private const ExitCode SomethingToDo = (ExitCode)2;

    private static readonly Option<bool> DetailedExitCode = new("--detailed-exitcode") { Description = "Exit with 0 if there is nothing to do, 2 if there is something to do, 1 if the plan failed." };

    public static Command Create()
    {
        var command = new Command("plan", "Say what promote would do, and change nothing.") { RunOptions.Referrers, RunOptions.RequireSignature, RunOptions.RefreshReferrers, DetailedExitCode };
        ImageInputs.AddTo(command);
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var work = await PromotionWork.ReadAsync(context, cancellationToken);
        using var run = new PromotionRun(context, new PromotionOptions { Parallelism = context.Config.Transfer.Parallelism });
        var plan = await run.PlanAsync(work.Requests, work.Skipped, cancellationToken);
        run.Print(plan);
        var code = ExitCodes.OfAll(plan.Failures);
        if (!context.Parse.GetValue(DetailedExitCode)) return code;
        return code != ExitCode.Done ? ExitCode.Unexpected : plan.HasWork ? SomethingToDo : ExitCode.Done;
    }
}
