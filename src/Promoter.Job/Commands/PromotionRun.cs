using System.Text.Json;
using Promoter.Job.Output;
using Promoter.Job.Results;
using Promoter.Promotion;
using Promoter.Registries;
using Spectre.Console;

namespace Promoter.Job.Commands;

/// <summary>Plans and executes requests for a command, and prints the result: the part that <c>copy</c>, <c>plan</c> and <c>promote</c> share.</summary>
internal sealed class PromotionRun(CommandContext context, PromotionOptions options) : IDisposable
{
    private readonly JobServices _services = new(context.Config, context.Loggers);

    public RegistryClients Registries => _services.Registries;

    public async Task<ExitCode> PromoteAsync(IReadOnlyList<PromotionRequest> requests, IReadOnlyList<SkippedImage> skipped, bool dryRun, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        using var receivers = context.Receivers();
        var plan = await PlanAsync(requests, skipped, cancellationToken);
        if (dryRun)
        {
            Print(plan);
            return ExitCodes.OfAll(plan.Failures);
        }

        var view = context.Progress();
        var executor = new PromotionExecutor(_services.Registries, _services.ClientOptions, options, view, TimeProvider.System, context.Loggers);
        var report = await view.ShowAsync([.. plan.Images.Where(i => i.Copy is not null).Select(i => i.Copy!)], () => executor.ExecuteAsync(plan, cancellationToken));
        // What a person waited for, planning and its retries included.
        report = report with { Duration = TimeProvider.System.GetElapsedTime(startedAt) };
        TerminationMessage.Write(TerminationMessage.Compose(report), TerminationMessage.DefaultPath);
        // Before it is printed: whatever telling others logs, the last line of a pod's log is the result.
        await receivers.TellAsync(RunResult.Of(report, TimeProvider.System.GetUtcNow()));
        Print(report);
        return report.ExitCode;
    }

    public Task<PromotionPlan> PlanAsync(IReadOnlyList<PromotionRequest> requests, IReadOnlyList<SkippedImage> skipped, CancellationToken cancellationToken) =>
        new PromotionPlanner(_services.Registries).PlanAsync(requests, skipped, cancellationToken);

    public void Print(PromotionPlan plan)
    {
        if (context.WantsJson) context.Output.WriteLine(JsonSerializer.Serialize(PlanDocument.Of(plan), JsonText.Context.PlanDocument));
        else TextReport.Write(plan, context.Output);
    }

    public void Dispose() => _services.Dispose();

    private void Print(PromotionReport report)
    {
        if (context.WantsJson) context.Output.WriteLine(JsonSerializer.Serialize(ReportDocument.Of(report), JsonText.Context.ReportDocument));
        else if (context.IsWatched) ReportTable.Write(report, AnsiConsole.Console);
        else TextReport.Write(report, context.Output);
    }
}
