using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Promoter.Tests.Repository;

/// <summary>Dashboard, alerts and runbooks fit the code and each other.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "monitoring");

    // Of Prometheus itself and of kube-state-metrics.
    private static readonly string[] Foreign = ["up", "kube_job_status_failed", "kube_job_status_active", "ALERTS"];

    private static readonly HashSet<string> Exported =
    [
        .. InstrumentDeclaration.All.SelectMany(i => i.Kind == "histogram" ? (string[])[i.Exported + "_bucket", i.Exported + "_sum", i.Exported + "_count"] : [i.Exported]), .. Foreign,
    ];

    [Theory]
    [InlineData("alerts.yaml")]
    [InlineData("alerts.test.yaml")]
    public void Every_metric_of_a_rule_is_measured_by_the_code(string file)
    {
        var used = Metric().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(m => m.Value).Distinct().ToList();

        Assert.NotEmpty(used);
        Assert.Empty(used.Except(Exported));
    }

    [Fact]
    public void Every_metric_of_the_dashboard_is_measured_by_the_code_and_every_metric_of_the_code_is_shown()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")))!;
        var expressions = dashboard["panels"]!.AsArray().SelectMany(panel => panel!["targets"]?.AsArray() ?? []).Select(target => (string)target!["expr"]!).ToList();
        var used = expressions.SelectMany(expression => Metric().Matches(expression).Select(m => m.Value)).ToHashSet();

        Assert.Empty(used.Except(Exported));
        var unseen = InstrumentDeclaration.All.Where(i => i.Name.StartsWith("promoter.admission", StringComparison.Ordinal) && !used.Any(u => u.StartsWith(i.Exported, StringComparison.Ordinal))).Select(i => i.Exported);
        Assert.Empty(unseen);
        Assert.Equal(dashboard["panels"]!.AsArray().Count, dashboard["panels"]!.AsArray().Select(panel => (int)panel!["id"]!).Distinct().Count());
    }

    [Fact]
    public void Every_alert_has_a_runbook_and_every_runbook_an_alert()
    {
        var alerts = Alerts("alerts.yaml").Select(rule => Text(rule, "alert")).Order(StringComparer.Ordinal);
        var runbooks = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs", "runbooks"), "Promoter*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

        Assert.Equal(alerts, runbooks);
        Assert.All(Alerts("alerts.yaml"), rule =>
        {
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.NotEmpty(Text(annotations, "summary"));
            Assert.Equal($"docs/runbooks/{Text(rule, "alert")}.md", Text(annotations, "runbook_url"));
            Assert.Contains(Text((YamlMappingNode)rule["labels"], "severity"), (string[])["critical", "warning", "info"]);
        });
    }

    [Fact]
    public void The_operators_rules_are_the_plain_ones()
    {
        var plain = Document("alerts.yaml")["groups"];
        var custom = Document("prometheusrule.yaml");

        Assert.Equal("PrometheusRule", Text(custom, "kind"));
        Assert.Equal(plain, ((YamlMappingNode)custom["spec"])["groups"]);
    }

    [Fact]
    public async Task Promtool_finds_the_rules_correct_and_their_tests_pass()
    {
        var promtool = Find("promtool");
        Assert.SkipWhen(promtool is null, "promtool is not installed: run eng/install-tools.sh (it comes with Debian's prometheus)");

        await RunAsync(promtool, "check", "rules", "alerts.yaml");
        await RunAsync(promtool, "test", "rules", "alerts.test.yaml");
    }

    [Fact]
    public void Every_event_id_that_a_runbook_names_is_logged()
    {
        var known = LogMessage.All.Select(m => m.Id.ToString()).ToHashSet();
        var unknown =
            from file in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs", "runbooks"), "*.md")
            from Match match in EventId().Matches(File.ReadAllText(file))
            where !known.Contains(match.Value)
            select $"{Path.GetFileName(file)}: {match.Value}";

        Assert.Empty(unknown);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', arguments)}: {await output}{await errors}");
    }

    private static string? Find(string program) =>
        ((string[])[Path.Combine(SourceTree.Root, ".cache", "tools", "bin"), .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)])
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<YamlMappingNode> Alerts(string file) =>
        ((YamlSequenceNode)Document(file)["groups"]).Children.SelectMany(group => ((YamlSequenceNode)group["rules"]).Children).Cast<YamlMappingNode>();

    private static YamlMappingNode Document(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, file));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    [GeneratedRegex(@"\b(promoter_\w+|kube_job_status_\w+|up(?=\{))", RegexOptions.ExplicitCapture)]
    private static partial Regex Metric();

    [GeneratedRegex(@"\b[1-9]\d{3}\b(?= \(|,| and| lists| in| names|;|:)")]
    private static partial Regex EventId();
}
