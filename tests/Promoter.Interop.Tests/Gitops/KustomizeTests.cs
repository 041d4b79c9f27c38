using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Gitops.OpenApi;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>The two layouts of examples/kustomize: images set by <c>images:</c>, and images set by a patch.</summary>
public sealed class KustomizeTests : IDisposable
{
    private const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Images = "examples/kustomize/images/overlays/production";
    private const string Patches = "examples/kustomize/patches/overlays/production";

    private readonly Kustomization _kustomization = new();

    public void Dispose() => _kustomization.Dispose();

    [Theory]
    [InlineData(Images)]
    [InlineData(Patches)]
    public async Task The_job_names_every_image_of_the_workloads_and_no_other(string overlay)
    {
        var rendered = await _kustomization.BuildAsync(overlay);

        var job = new HookJob(rendered.Only("Job"));
        var deployed = rendered.Objects.Where(o => (string)o["kind"]! is "Deployment" or "CronJob").SelectMany(Rendered.ImagesOf).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(deployed, job.Images.Order(StringComparer.Ordinal));
        Assert.Equal(Source, job.Variable("PROMOTER_FROM"));
        Assert.Equal(Target, job.Variable("PROMOTER_TO"));
        Assert.Equal($"{Target}/promoter:0.1.0", (string)job.Container["image"]!);
    }

    [Theory]
    [InlineData(Images, "kustomization.yaml")]
    [InlineData(Patches, "patch-image.yaml")]
    public async Task Editing_one_tag_changes_that_image_in_the_workload_and_in_the_job_and_nothing_else(string overlay, string file)
    {
        var before = await _kustomization.BuildAsync(overlay);
        _kustomization.Edit($"{overlay}/{file}", "v1.2.3 # the one line that a promotion edits", "v1.3.0");
        var after = await _kustomization.BuildAsync(overlay);

        Assert.Equal(
            [$"{Target}/shop/web:v1.3.0"],
            new HookJob(after.Only("Job")).Images.Except(new HookJob(before.Only("Job")).Images));
        Assert.Contains($"{Target}/shop/web:v1.3.0", Rendered.ImagesOf(after.Only("Deployment")));
        var edited = after.Objects.Select(o => o.ToJsonString().Replace("shop/web:v1.3.0", "shop/web:v1.2.3", StringComparison.Ordinal));
        Assert.Equal(before.Objects.Select(o => o.ToJsonString()), edited);
    }

    [Theory]
    [InlineData(Images)]
    [InlineData(Patches)]
    public async Task What_is_built_is_valid_for_the_api_server(string overlay)
    {
        var rendered = await _kustomization.BuildAsync(overlay);

        Assert.Empty(rendered.Objects.SelectMany(KubernetesSchemas.V1_34.Violations));
    }

    [Theory]
    [InlineData("examples/kustomize/images/overlays/dev")]
    [InlineData("examples/kustomize/patches/overlays/dev")]
    public async Task The_development_overlay_has_no_job(string overlay)
    {
        var rendered = await _kustomization.BuildAsync(overlay);

        Assert.Empty(rendered.OfKind("Job"));
    }

    [Fact]
    public async Task A_module_that_only_development_has_stays_out_of_production()
    {
        var development = await _kustomization.BuildAsync("examples/kustomize/patches/overlays/dev");
        var production = await _kustomization.BuildAsync(Patches);

        Assert.Contains(development.Objects, o => (string)o["metadata"]!["name"]! == "cart");
        Assert.DoesNotContain(production.Objects, o => o.ToJsonString().Contains("cart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_digest_pinned_beside_its_tag_keeps_both()
    {
        var job = new HookJob((await _kustomization.BuildAsync(Images)).Only("Job"));

        Assert.Contains(job.Images, image => image.StartsWith($"{Target}/shop/migrations:v1.2.3@sha256:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workload_that_is_gone_fails_the_build_instead_of_the_deployment()
    {
        _kustomization.Edit($"{Patches}/promote-images.yaml", "name: web\n", "name: gone\n");

        var result = await _kustomization.TryBuildAsync(Patches);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("nothing selected by Deployment", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_component_and_the_chart_render_the_same_job()
    {
        var chart = HelmChart.Named("promoter-job");

        var fromChart = Comparable(new HookJob((await chart.TemplateAsync("--values", chart.Values("images"), "--set", "hook.type=argocd")).Only("Job")));
        var fromComponent = Comparable(new HookJob((await _kustomization.BuildAsync(Images)).Only("Job")));

        Assert.Equal(fromChart.ToJsonString(), fromComponent.ToJsonString());
    }

    [Fact]
    public async Task The_configuration_of_the_components_page_reaches_the_job_and_is_one_that_promoter_reads()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Toolbox.RepositoryRoot, "charts/kustomize/README.md"), TestContext.Current.CancellationToken);
        var patch = page.Split("```yaml\n").Single(block => block.StartsWith("# patch-configuration.yaml", StringComparison.Ordinal)).Split("```")[0];
        File.WriteAllText(_kustomization[$"{Images}/patch-configuration.yaml"], patch);
        File.AppendAllText(_kustomization[$"{Images}/kustomization.yaml"], "patches:\n  - path: patch-configuration.yaml\n");
        using var folder = new TemporaryFolder();
        using var promoter = new PromoterProcess();

        var job = new HookJob((await _kustomization.BuildAsync(Images)).Only("Job"));
        promoter.Environment["PROMOTER_CONFIG"] = folder.Write("config.yaml", (string)job.Spec["template"]!["metadata"]!["annotations"]!["promoter.dev/config"]!);
        var read = await promoter.RunAsync("promote", "--from", Source, "--to", Target, "docker.io/library/redis:7");

        Assert.Equal("/etc/promoter/config.yaml", job.Variable("PROMOTER_CONFIG"));
        Assert.Equal([$"{Target}/shop/web:v1.2.3"], job.Images.Where(i => i.Contains("/shop/web", StringComparison.Ordinal)));
        Assert.Empty(KubernetesSchemas.V1_34.Violations(job.Json));
        Assert.True(read.ExitCode == 0, read.ToString());
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{shards: 3, report: {configMap: last}, notifications: {secretName: hooks}, aws: {region: eu-west-1}}", "shards: 3, reportConfigMap: last, notificationSecret: hooks, region: eu-west-1,")]
    [InlineData("{events: {enabled: false}, job: {backoffLimit: 0, activeDeadlineSeconds: 60}, serviceAccount: {name: other}}", "events: false, backoffLimit: 0, activeDeadlineSeconds: 60, serviceAccountName: other,")]
    [InlineData("{config: {transfer: {retries: 1}}}", "config: {transfer: {retries: 1}, rules: [{name: a, source: a.example.com, target: 222222222222.dkr.ecr.eu-west-1.amazonaws.com}]},")]
    public async Task The_hook_command_and_the_chart_render_the_same_job(string values, string settings)
    {
        var chart = HelmChart.Named("promoter-job");
        using var folder = new TemporaryFolder();
        var image = $"{Target}/shop/web:v1";
        var fromTo = settings.Contains("config:", StringComparison.Ordinal) ? "" : $"from: {Source}, to: {Target},";
        var file = folder.Write("values.yaml", $"image: {"{"}repository: promoter{"}"}\nimages: ['{image}']\n" + (fromTo.Length > 0 ? $"from: {Source}\nto: {Target}\n" : ""));
        var function = folder.Write("function.yaml", $"apiVersion: promoter.dev/v1alpha1\nkind: ImagePromotion\nspec: {"{"}{fromTo}{settings} image: promoter{"}"}\n");
        var pod = folder.Write("web.yaml", $"apiVersion: v1\nkind: Pod\nmetadata: {"{"}name: web{"}"}\nspec: {"{"}containers: [{"{"}name: web, image: '{image}'{"}"}]{"}"}\n");
        using var promoter = new PromoterProcess();

        var fromChart = new HookJob((await chart.TemplateAsync("--values", file, "--values", folder.Write("more.yaml", values), "--set", "hook.type=argocd", "--set", "hook.syncWave=-5")).Only("Job"));
        var answer = await promoter.RunAsync("hook", "-f", pod, "--function-config", function);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        var fromCommand = new HookJob(Rendered.Parse(answer.Program.Text).Only("Job"));

        Assert.Equal(fromChart.Arguments, fromCommand.Arguments);
        Assert.Equal(Comparable(fromChart).ToJsonString(), Comparable(fromCommand).ToJsonString());
        Assert.Empty(KubernetesSchemas.V1_34.Violations(fromCommand.Json));
    }

    // What has to differ: names, labels that Helm adds, and how the images get in.
    private static JsonNode Comparable(HookJob job)
    {
        var copy = job.Json.DeepClone().AsObject();
        copy["metadata"] = new JsonObject { ["annotations"] = copy["metadata"]!["annotations"]!.DeepClone() };
        copy["metadata"]!["annotations"]!.AsObject().Remove("promoter.dev/generated-by");
        var template = copy["spec"]!["template"]!;
        template.AsObject().Remove("metadata");
        var container = template["spec"]!["containers"]![0]!.AsObject();
        container.Remove("args");
        container.Remove("image");
        container.Remove("imagePullPolicy");
        var variables = container["env"]!.AsArray().Where(e => !((string)e!["name"]!).StartsWith("PROMOTE", StringComparison.Ordinal)).Select(e => e!.DeepClone());
        container["env"] = new JsonArray([.. variables.OrderBy(e => (string)e["name"]!, StringComparer.Ordinal)]);
        return Sorted(copy)!;
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
