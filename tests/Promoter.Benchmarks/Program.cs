using Promoter.Benchmarks;
using Promoter.Benchmarks.Copying;
using Promoter.Benchmarks.Webhook;

if (args is [WebhookComparison.BaselineCommand, var certificate, var key]) return await BaselineServer.RunAsync(certificate, key);
if (args is [WebhookCommand.Name, var webhook, var webhookReport]) return await WebhookCommand.RunAsync(webhook, webhookReport);

if (args is not [var promoter, var report])
{
    await Console.Error.WriteLineAsync("usage: Promoter.Benchmarks PROMOTER-EXECUTABLE REPORT.md (make bench does both)");
    return 2;
}

var contenders = Contender.Find(promoter);
var comparison = new CopyComparison(contenders, Console.Error);
var results = await comparison.RunAsync(Scenario.All, repetitions: 3);

await Console.Out.WriteLineAsync(CopyReport.Table(results));
await File.WriteAllTextAsync(report, CopyReport.Document(results, await Machine.DescribeAsync(contenders)));
return 0;
