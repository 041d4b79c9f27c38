using System.CommandLine;
using System.Text.Json;
using Promoter.Job.Doctor;
using Promoter.Job.Output;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Job.Commands;

/// <summary><c>promoter doctor</c>: finds out what would make a promotion fail, and says what to fix and on which side.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Repair = new("--repair")
    {
        Description = "First correct the settings of target repositories that differ from the configuration, and finish those whose creation was interrupted. Without it nothing is changed.",
    };

    public static Command Create()
    {
        var command = new Command("doctor", "Check identities, permissions, repositories and reachability for every rule, and say what to fix. Changes nothing without --repair.");
        ImageInputs.AddTo(command);
        command.Options.Add(Repair);
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var rules = ImageInputs.RulesOf(context);
        var work = PromotionWork.Of(context, rules, await ImageInputs.ReadAsync(context, cancellationToken));
        var scopes = DoctorScope.Of(rules, work.Requests);
        using var services = new JobServices(context.Config, context.Loggers);
        var checks = new List<DoctorCheck>();
        if (context.Parse.GetValue(Repair)) foreach (var scope in scopes.Where(s => s.Side == Side.Target)) checks.AddRange(await services.RepairAsync(scope, cancellationToken));
        foreach (var scope in scopes)
        {
            var found = await services.DiagnoseAsync(scope, cancellationToken);
            checks.AddRange(found);
            if (await ReachabilityChecks.RegistryAsync(services.Registries, scope, found.Count > 0, cancellationToken) is { } reached) checks.Add(reached);
        }

        var plan = await new PromotionPlanner(services.Registries).PlanAsync(work.Requests, [], cancellationToken);
        checks.AddRange(PlanChecks.Of(plan));
        foreach (var image in plan.Images.Where(i => i.Failure is null)) checks.Add(await ReachabilityChecks.LayersAsync(services.Registries, image, cancellationToken));

        foreach (var image in plan.Images.Where(i => i.State is ImageState.UpToDate or ImageState.TagMissing))
        {
            checks.AddRange(await services.DescribeAsync(image.Request.Target, image.Digest!.Value, cancellationToken));
        }

        if (context.WantsJson) await context.Output.WriteLineAsync(JsonSerializer.Serialize(DoctorDocument.Of(checks), JsonText.Context.DoctorDocument));
        else DoctorText.Write(checks, context.Output);
        var failed = checks.Where(c => c.Status == DoctorStatus.Fail).ToList();
        return failed.Count == 0 ? ExitCode.Done : failed.Select(c => c.ExitCode).FirstOrDefault(c => c != ExitCode.Done, ExitCode.Usage);
    }
}
