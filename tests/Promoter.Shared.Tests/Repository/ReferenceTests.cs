using System.Text;

namespace Promoter.Tests.Repository;

/// <summary>docs/logs.md and docs/metrics.md are generated from the code; UPDATE_GOLDEN=1 rewrites them.</summary>
public sealed class ReferenceTests
{
    private const string Generated = "Generated from the code; `UPDATE_GOLDEN=1 dotnet test tests/Promoter.Shared.Tests` rewrites it.";

    private static readonly (int First, string Area)[] Areas =
    [
        (1000, "Registries"), (1100, "Copying"), (1200, "ECR"), (2000, "Kubernetes"), (2100, "Promotion"), (3000, "Job"), (5000, "Webhook"),
    ];

    [Fact]
    public void The_log_reference_is_current()
    {
        var page = new StringBuilder($"# Log messages\n\n{Generated}\n\n");
        page.Append("Every message has an event id, which stays when its words change: alerts and searches should use it. With `--log-format json` each line is one object with\n");
        page.Append("`@t` (time), `@m` (message), `@l` (level, left out for information), `EventId`, and the names in braces as properties. No message carries a credential.\n");
        for (var i = 0; i < Areas.Length; i++)
        {
            var end = i + 1 < Areas.Length ? Areas[i + 1].First : int.MaxValue;
            var messages = LogMessage.All.Where(m => m.Id >= Areas[i].First && m.Id < end).ToList();
            if (messages.Count == 0) continue;
            page.Append($"\n## {Areas[i].Area}\n\n| id | level | message |\n| --- | --- | --- |\n");
            foreach (var message in messages) page.Append($"| {message.Id} | {message.Level.ToLowerInvariant()} | {message.Text.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        GoldenFile.Check("docs/logs.md", page.ToString());
    }

    [Fact]
    public void Event_ids_are_unique()
    {
        var twice = LogMessage.All.GroupBy(m => m.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => m.File))}");

        Assert.InRange(LogMessage.All.Count, 30, int.MaxValue);
        Assert.Empty(twice);
    }

    /// <summary>In another order the generated code names the properties by the parameters, and <c>@namespace</c> is then not what <c>{Namespace}</c> asks for.</summary>
    [Fact]
    public void Placeholders_stand_in_the_order_of_the_parameters() =>
        Assert.All(LogMessage.All, message => Assert.Equal(message.Parameters, message.Placeholders, StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void The_metric_reference_is_current()
    {
        var page = new StringBuilder($"# Metrics\n\n{Generated}\n\n");
        page.Append("The webhook serves them at `/metrics` of `--metrics-listen` in Prometheus' text format. A histogram adds `_bucket`, `_sum` and `_count` to its name.\n");
        page.Append("Labels have few values each: never a tag, a digest or a name.\n\n");
        page.Append("| metric | type | unit | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var instrument in InstrumentDeclaration.All.OrderBy(i => i.Exported, StringComparer.Ordinal))
        {
            page.Append($"| `{instrument.Exported}` | {instrument.Kind} | {(instrument.Unit.Length > 0 ? instrument.Unit.Trim('{', '}') : "1")} | {instrument.Description} |\n");
        }

        Assert.InRange(InstrumentDeclaration.All.Count, 15, int.MaxValue);
        GoldenFile.Check("docs/metrics.md", page.ToString());
    }
}
