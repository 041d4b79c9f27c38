using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Gitops.OpenApi;

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

    // What has to differ: names, labels that Helm adds, and how the images get in.
    private static JsonNode Comparable(HookJob job)
    {
        var copy = job.Json.DeepClone().AsObject();
        copy["metadata"] = new JsonObject { ["annotations"] = copy["metadata"]!["annotations"]!.DeepClone() };
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
