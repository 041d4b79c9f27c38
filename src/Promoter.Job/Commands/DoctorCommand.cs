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
    public static Command Create()
    {
        var command = new Command("doctor", "Check identities, permissions, repositories and reachability for every rule, and say what to fix. Changes nothing.");
        ImageInputs.AddTo(command);
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var rules = ImageInputs.RulesOf(context);
        var requests = (await ImageInputs.ReadAsync(context, cancellationToken)).Images.Select(rules.Match).OfType<RuleMatch.Covered>().Select(c => new PromotionRequest(c.Target, c.Source)).ToList();
        using var services = new JobServices(context.Config, context.Loggers);
        var checks = new List<DoctorCheck>();
        foreach (var (host, side) in Registries(rules)) checks.AddRange(await services.DiagnoseAsync(host, side, RepositoriesOf(rules, requests, host, side), cancellationToken));
        foreach (var request in requests) checks.AddRange(await ReachabilityChecks.RunAsync(services.Registries, request, cancellationToken));

        if (context.WantsJson) await context.Output.WriteLineAsync(JsonSerializer.Serialize(DoctorDocument.Of(checks), JsonText.Context.DoctorDocument));
        else DoctorText.Write(checks, context.Output);
        var failed = checks.Where(c => c.Status == DoctorStatus.Fail).ToList();
        return failed.Count == 0 ? ExitCode.Done : failed.Select(c => c.ExitCode).FirstOrDefault(c => c != ExitCode.Done, ExitCode.Usage);
    }

    private static IEnumerable<(string Host, Side Side)> Registries(PromotionRules rules) =>
        rules.Rules.SelectMany(r => new[] { (r.Source.Host, Side.Source), (r.Target.Host, Side.Target) }).Distinct();

    // Repositories that are named: by images, else by rules whose globs are plain names.
    private static IReadOnlyList<string> RepositoriesOf(PromotionRules rules, IReadOnlyList<PromotionRequest> requests, string host, Side side)
    {
        var named = requests.Select(r => side == Side.Source ? r.Source : r.Target).Where(r => r.Registry == host).Select(r => r.Repository).Distinct().ToList();
        return named.Count > 0
            ? named
            : [.. rules.Rules.Where(r => (side == Side.Source ? r.Source : r.Target).Host == host).SelectMany(r => r.Repositories).Select(g => g.ToString()).Where(g => !g.Contains('*') && !g.Contains('?')).Distinct()];
    }
}
