using System.CommandLine;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter promote</c>: brings every covered image to its target; what the PreSync job runs.</summary>
internal static class PromoteCommand
{
    public static Command Create()
    {
        var command = new Command("promote", "Bring the images that the references or manifests name into the target registry: content first, tags last.")
        {
            RunOptions.Referrers, RunOptions.RequireSignature, RunOptions.RefreshReferrers, RunOptions.DryRun,
            RunOptions.Independent, RunOptions.Shards, RunOptions.ReportFile, RunOptions.ReportConfigMap,
        };
        ImageInputs.AddTo(command);
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var work = await PromotionWork.ReadAsync(context, cancellationToken);
        var options = new PromotionOptions
        {
            Parallelism = context.Config.Transfer.Parallelism,
            Independent = context.Parse.GetValue(RunOptions.Independent),
            Shard = RunOptions.ShardOf(context.Parse),
        };
        using var run = new PromotionRun(context, options);
        return await run.PromoteAsync(work.Requests, work.Skipped, context.Parse.GetValue(RunOptions.DryRun), cancellationToken);
    }
}
