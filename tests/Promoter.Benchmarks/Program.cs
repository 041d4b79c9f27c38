using BenchmarkDotNet.Running;
using Promoter.Benchmarks;
using Promoter.Benchmarks.Copying;
using Promoter.Benchmarks.Starting;
using Promoter.Benchmarks.Webhook;

if (args is [WebhookComparison.BaselineCommand, var certificate, var key]) return await BaselineServer.RunAsync(certificate, key);
if (args is [WebhookCommand.Name, var webhook, var webhookReport]) return await WebhookCommand.RunAsync(webhook, webhookReport);

switch (args)
{
    case ["micro", .. var options]:
        BenchmarkSwitcher.FromAssembly(typeof(Machine).Assembly).Run(options.Length == 0 ? ["--filter", "*"] : options);
        return 0;

    case [var promoter, var empty, var report, .. { Length: <= 1 } filter]:
        var loadBefore = Machine.LoadAverage();
        var contenders = Contender.Find(promoter);
        var start = await StartComparison.RunAsync(promoter, empty);
        var results = await new CopyComparison(contenders, Console.Error).RunAsync([.. Scenario.All.Where(scenario => filter.All(part => scenario.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))]);
        var document = Report.Document(results, start, await Machine.DescribeAsync(contenders, loadBefore));
        await Console.Out.WriteLineAsync(document);
        await File.WriteAllTextAsync(report, document);
        return 0;

    default:
        await Console.Error.WriteLineAsync("usage: Promoter.Benchmarks PROMOTER EMPTY REPORT.md [SCENARIO]   (two executables, part of a scenario's name; make bench does it all)\n       Promoter.Benchmarks micro [BenchmarkDotNet options]");
        return 2;
}
