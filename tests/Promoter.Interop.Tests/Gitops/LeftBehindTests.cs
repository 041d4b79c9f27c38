using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Webhooks;
using Promoter.FakeApiServer;
using Promoter.Interop.Tests.Tools;
using Promoter.Kubernetes;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>What the rendered hook Job leaves behind in the cluster and at webhooks, whichever way it was rendered.</summary>
public sealed class LeftBehindTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;
    private ApiServer _cluster = null!;
    private WebhookReceiver _webhook = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        _cluster = await ApiServer.StartAsync();
        _webhook = await WebhookReceiver.StartAsync();
        _source.Push("shop/web", SampleImages.Single("web"), "1");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        await _cluster.DisposeAsync();
        await _webhook.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("1", 0, "ImagesPromoted", "dev.promoter.promotion.succeeded")]
    [InlineData("missing", 3, "PromotionFailed", "dev.promoter.promotion.failed")]
    public async Task The_chart_tells_the_job_a_config_map_and_both_webhooks(string tag, int exitCode, string reason, string type)
    {
        var result = await RunAsync(await ChartAsync(tag));

        Assert.True(result.ExitCode == exitCode, result.ToString());
        var told = Assert.Single(_cluster.List("/api/v1/namespaces/shop/events"));
        Assert.Equal((reason, "shop-promote-images", "uid-of-the-job"), (told.Text("reason"), told.Text("involvedObject", "name"), told.Text("involvedObject", "uid")));
        var report = JsonNode.Parse(Assert.Single(_cluster.List("/api/v1/namespaces/shop/configmaps")).Text("data", "report.json")!)!;
        Assert.Equal(exitCode, (int)report["exitCode"]!);
        Assert.Equal(["/events", "/slack/s3cr3t"], _webhook.Deliveries.Select(d => d.Path).Order());
        var happened = JsonNode.Parse(_webhook.Deliveries.Single(d => d.Path == "/events").Body)!;
        Assert.Equal((type, "/namespaces/shop/jobs/shop-promote-images"), ((string)happened["type"]!, (string)happened["source"]!));
        Assert.DoesNotContain("s3cr3t", result.ToString(), StringComparison.Ordinal);
        Assert.Equal((string)report["summary"]!, result.Program.Text.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public async Task Nobody_who_cannot_be_told_changes_the_exit_code()
    {
        _cluster.Fail(new ApiFault((_, _) => true, 403, Times: -1));
        _webhook.Answer = 404;

        var result = await RunAsync(await ChartAsync("1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("Event on Job shop/shop-promote-images", result.Program.Errors, StringComparison.Ordinal);
        Assert.Contains("ConfigMap shop/last-promotion", result.Program.Errors, StringComparison.Ordinal);
        Assert.Contains("it answered 404", result.Program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_job_of_the_hook_command_tells_the_same()
    {
        _folder.Write("web.yaml", $"apiVersion: v1\nkind: Pod\nmetadata: {"{"}name: web, namespace: shop{"}"}\nspec: {"{"}containers: [{"{"}name: web, image: '{_target.ReferenceHost}/shop/web:1'{"}"}]{"}"}\n");
        var settings = _folder.Write("promote.yaml", $"""
            apiVersion: promoter.dev/v1alpha1
            kind: ImagePromotion
            spec:
              from: {_source.ReferenceHost}
              to: {_target.ReferenceHost}
              image: promoter:1
              name: shop-promote-images
              reportConfigMap: last-promotion
              notificationSecret: promotion-webhooks
            """);
        using var promoter = new PromoterProcess();
        var rendered = await promoter.RunAsync("hook", "-f", _folder["web.yaml"], "--function-config", settings);
        Assert.True(rendered.ExitCode == 0, rendered.ToString());

        var result = await RunAsync(new HookJob(Rendered.Parse(rendered.Program.Text).Only("Job")));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal("ImagesPromoted", Assert.Single(_cluster.List("/api/v1/namespaces/shop/events")).Text("reason"));
        Assert.Single(_cluster.List("/api/v1/namespaces/shop/configmaps"));
        Assert.Equal(2, _webhook.Deliveries.Count);
    }

    [Fact]
    public async Task A_run_that_is_terminated_in_the_middle_of_a_layer_tells_so_and_moves_no_tag()
    {
        _source.Push("shop/large", new ImageBuilder().WithRandomLayer(1 << 20, 1).Build(), "1");
        _source.Faults.Inject(Effect.Stall(BodyPosition.Percent(50)), r => r.Action == EmulatedAction.GetBlob, times: FaultScript.Always);
        using var promoter = new PromoterProcess();
        promoter.Environment["PROMOTER_CLOUDEVENTS_URL"] = _webhook.Url("/events").ToString();
        var image = $"{_target.ReferenceHost}/shop/large:1";

        var result = await promoter.RunUntilTerminatedAsync(LayerIsOnItsWayAsync(), "promote", "--from", _source.ReferenceHost, "--to", _target.ReferenceHost, image);

        Assert.True(result.ExitCode == 7, result.ToString());
        Assert.StartsWith("interrupted: run again to finish", result.Program.Text.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        var told = JsonNode.Parse(Assert.Single(_webhook.Deliveries).Body)!;
        Assert.Equal(("dev.promoter.promotion.failed", 7), ((string)told["type"]!, (int)told["data"]!["exitCode"]!));
        Assert.Null(_target.ManifestOf("shop/large", "1"));
    }

    private Task LayerIsOnItsWayAsync() => Eventually.TrueAsync(() => _source.Requests.Where(EmulatedAction.GetBlob).Any(), "no layer was asked for");

    private async Task<PromoterResult> RunAsync(HookJob job)
    {
        using var run = new HookRun(job);
        run.Secrets["slack-url"] = _webhook.Url("/slack/s3cr3t").ToString();
        run.Secrets["cloudevents-url"] = _webhook.Url("/events").ToString();
        run.Environment["KUBECONFIG"] = _folder.Write("kubeconfig", $$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: test} }]
            clusters: [{name: test, cluster: {server: "{{_cluster.Url}}"} }]
            """);
        return await run.StartAsync();
    }

    private static string[] Set(params string[] values) => [.. values.SelectMany(v => (string[])["--set", v])];

    private async Task<HookJob> ChartAsync(string tag) => new((await HelmChart.Named("promoter-job").TemplateAsync(Set(
        "image.repository=promoter", $"from={_source.ReferenceHost}", $"to={_target.ReferenceHost}", $"images[0]={_target.ReferenceHost}/shop/web:{tag}",
        "report.configMap=last-promotion", "notifications.secretName=promotion-webhooks"))).Only("Job"));
}
