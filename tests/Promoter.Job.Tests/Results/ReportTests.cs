using System.Text;
using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Job.Results;
using Promoter.Kubernetes;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Results;

/// <summary>What a run leaves in the cluster: Events on the Job, and the report in a ConfigMap.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/shop/configmaps";
    private const string Events = "/api/v1/namespaces/shop/events";

    private readonly List<TemporaryFile> _files = [];
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _files.ForEach(f => f.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_job_gets_an_event_with_its_uid_and_the_reason_says_what_happened()
    {
        foreach (var result in (RunResult[])[Given.UpToDate, Given.Promoted, Given.Failed]) await Given.TellAsync(result, Pod());

        var written = _server.List(Events).ToDictionary(e => e.Text("reason")!);
        Assert.Equal(["ImagesPresent", "ImagesPromoted", "PromotionFailed"], written.Keys.Order());
        Assert.All(written.Values, e => Assert.Equal(("batch/v1", "Job", "promote-images", "uid-1"), (e.Text("involvedObject", "apiVersion"), e.Text("involvedObject", "kind"), e.Text("involvedObject", "name"), e.Text("involvedObject", "uid"))));
        Assert.Equal(["Normal", "Normal", "Warning"], written.OrderBy(e => e.Key).Select(e => e.Value.Text("type")));
        Assert.Contains("shop/app1:1 <is not> at the source", written["PromotionFailed"].Text("message"), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Calls, c => c.Target.Contains("/jobs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_manifest_does_not_tell_the_uid_the_api_server_is_asked()
    {
        var job = _server.Seed("/apis/batch/v1/namespaces/shop/jobs", new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["metadata"] = new JsonObject { ["name"] = "promote-images", ["namespace"] = "shop" } });
        var pod = Pod();
        pod.Remove("JOB_UID");

        await Given.TellAsync(Given.Promoted, pod);

        Assert.Equal(job.Uid(), Assert.Single(_server.List(Events)).Text("involvedObject", "uid"));
    }

    [Fact]
    public async Task An_event_that_is_not_permitted_is_logged_as_information_and_nothing_else_happens()
    {
        _server.Fail(new ApiFault((method, path) => path.EndsWith("/events", StringComparison.Ordinal), 403, Times: -1));

        var log = await Given.TellAsync(Given.Promoted, Pod());

        Assert.Matches(@"INF The result was not told to Event on Job shop/promote-images, which the service account may not write: .+", log);
        Assert.Empty(_server.List(Events));
    }

    [Theory]
    [InlineData("JOB_NAME")]
    [InlineData("POD_NAMESPACE")]
    public async Task Outside_a_job_no_event_is_tried(string variable)
    {
        var pod = Pod();
        pod.Remove(variable);

        var log = await Given.TellAsync(Given.Promoted, pod);

        Assert.Equal(("", 0), (log, _server.Calls.Count));
    }

    [Fact]
    public async Task Events_can_be_switched_off()
    {
        await Given.TellAsync(Given.Promoted, Pod(), new ReportConfig { Events = false });

        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task The_report_is_put_into_a_config_map_and_the_next_one_replaces_it()
    {
        var report = new ReportConfig { ConfigMap = "last-promotion", Events = false };

        await Given.TellAsync(Given.Failed, Pod(), report);
        await Given.TellAsync(Given.Promoted, Pod(), report);

        var map = Assert.Single(_server.List(ConfigMaps));
        Assert.Equal("last-promotion", map.Name());
        Assert.Equal("image-promotion", map.Label("app.kubernetes.io/component"));
        Assert.Equal("promoted", (string)JsonNode.Parse(map.Text("data", "report.json")!)!["images"]![0]!["outcome"]!);
    }

    [Fact]
    public async Task Shards_share_a_config_map_and_overwrite_nothing_of_each_other()
    {
        var report = new ReportConfig { ConfigMap = "last-promotion", Events = false };

        await Task.WhenAll(Enumerable.Range(0, 3).Select(index => Given.TellAsync(Given.Promoted, new(Pod()) { ["JOB_COMPLETION_INDEX"] = $"{index}" }, report, shards: 3)));

        var data = (JsonObject)Assert.Single(_server.List(ConfigMaps))["data"]!;
        Assert.Equal(["report-0.json", "report-1.json", "report-2.json"], data.Select(d => d.Key).Order());
    }

    [Fact]
    public async Task A_report_too_large_for_a_config_map_keeps_what_needs_attention_and_says_how_much_it_lost()
    {
        var images = Enumerable.Range(0, 6000).Select(i => Given.Image(i, i == 5999 ? ImageOutcome.Failed : ImageOutcome.UpToDate));
        var result = RunResult.Of(Given.Report(images), DateTimeOffset.UnixEpoch);

        await Given.TellAsync(result, Pod(), new ReportConfig { ConfigMap = "last-promotion", Events = false });

        Assert.True(Encoding.UTF8.GetByteCount(result.Json()) > 1024 * 1024);
        var text = Assert.Single(_server.List(ConfigMaps)).Text("data", "report.json")!;
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 1, 1024 * 1024);
        var json = JsonNode.Parse(text)!;
        Assert.Equal("target.example.com/shop/app5999:1", (string)Assert.Single(json["images"]!.AsArray())!["target"]!);
        Assert.Equal(5999, (int)json["omitted"]!);
        Assert.Contains("5999 up to date, 1 failed", (string)json["summary"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(300_000)]
    public void However_many_images_fail_the_report_fits(int maxBytes)
    {
        var result = RunResult.Of(Given.Report(Enumerable.Range(0, 3000).Select(i => Given.Image(i, ImageOutcome.Failed))), DateTimeOffset.UnixEpoch);

        Assert.InRange(Encoding.UTF8.GetByteCount(result.Json(maxBytes)), maxBytes / 4, maxBytes);
    }

    [Fact]
    public async Task A_config_map_that_may_not_be_written_is_logged_with_the_verbs_it_takes()
    {
        _server.Fail(new ApiFault((_, path) => path.Contains("/configmaps", StringComparison.Ordinal), 403, Times: -1));

        var log = await Given.TellAsync(Given.Promoted, Pod(), new ReportConfig { ConfigMap = "last-promotion", Events = false });

        Assert.Contains("WRN The result was not told to ConfigMap shop/last-promotion", log, StringComparison.Ordinal);
        Assert.Contains("create and patch for configmaps", log, StringComparison.Ordinal);
    }

    // What the Job's manifest sets, and a cluster that is found through a kubeconfig: a test has no service account volume.
    private Dictionary<string, string> Pod()
    {
        _files.Add(new TemporaryFile($$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test} }]
            clusters: [{name: test, cluster: {server: "{{_server.Url}}"} }]
            """));
        return new(StringComparer.Ordinal)
        {
            ["KUBECONFIG"] = _files[^1].Path,
            ["POD_NAMESPACE"] = "shop",
            ["POD_NAME"] = "promote-images-x7k2f",
            ["JOB_NAME"] = "promote-images",
            ["JOB_UID"] = "uid-1",
        };
    }
}
