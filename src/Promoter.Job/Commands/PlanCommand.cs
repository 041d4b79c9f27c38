using System.CommandLine;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter plan</c>: says what <c>promote</c> would do, and changes nothing.</summary>
internal static class PlanCommand
{
    private static readonly Option<bool> DetailedExitCode = new("--detailed-exitcode") { Description = "Exit with 0 if there is nothing to do, 2 if there is something to do, 1 after any failure, whatever its own code." };

    public static Command Create()
    {
        var command = new Command("plan", "Say what promote would do, and change nothing.") { RunOptions.Referrers, RunOptions.RequireSignature, RunOptions.RefreshReferrers, DetailedExitCode };
        ImageInputs.AddTo(command);
        command.SetAction(async (parse, ct) =>
        {
            var hasWork = false;
            var code = await CommandEdge.RunAsync(
                parse,
                async (context, token) =>
                {
                    var plan = await RunAsync(context, token);
                    hasWork = plan.HasWork;
                    return ExitCodes.OfAll(plan.Failures);
                },
                ct);
            return IsDetailed(parse) ? Detailed(code, hasWork) : code;
        });
        return command;
    }

    public static bool IsDetailed(ParseResult parse) => parse.GetResult(DetailedExitCode) is { Implicit: false };

    // Terraform's habit, which CI scripts know. A mistake in the flags or the configuration must not look like work to do.
    private static int Detailed(int code, bool hasWork) => code != (int)ExitCode.Done ? 1 : hasWork ? 2 : 0;

    private static async Task<PromotionPlan> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var work = await PromotionWork.ReadAsync(context, cancellationToken);
        using var run = new PromotionRun(context, new PromotionOptions { Parallelism = context.Config.Transfer.Parallelism });
        var plan = await run.PlanAsync(work.Requests, work.Skipped, cancellationToken);
        run.Print(plan);
        return plan;
    }
}
