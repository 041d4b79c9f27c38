using Promoter.Interop.Tests.Gitops.OpenApi;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>An application's own chart that includes the hook, as examples/helm/web shows it.</summary>
public sealed class ExampleChartTests : IDisposable
{
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Editing_one_tag_in_the_values_changes_the_workload_and_the_job_alike()
    {
        var chart = await BuildAsync();
        var values = _folder["examples/helm/web/values-production.yaml"];

        var before = await chart.TemplateAsync("--values", values);
        await File.WriteAllTextAsync(values, (await File.ReadAllTextAsync(values)).Replace("v1.2.3", "v1.3.0", StringComparison.Ordinal));
        var after = await chart.TemplateAsync("--values", values);

        Assert.Equal([$"{Target}/shop/web:v1.2.3", $"{Target}/shop/sidecar:v0.9.0"], new HookJob(before.Only("Job")).Images);
        Assert.Equal([$"{Target}/shop/web:v1.3.0", $"{Target}/shop/sidecar:v0.9.0"], new HookJob(after.Only("Job")).Images);
        Assert.Equal(new HookJob(after.Only("Job")).Images, Rendered.ImagesOf(after.Only("Deployment")));
        Assert.Empty(after.Objects.SelectMany(KubernetesSchemas.V1_34.Violations));
    }

    [Fact]
    public async Task Where_images_are_built_there_is_no_job()
    {
        var chart = await BuildAsync();

        var rendered = await chart.TemplateAsync("--values", _folder["examples/helm/web/values-dev.yaml"]);

        Assert.Equal(["Deployment"], rendered.Objects.Select(o => (string)o["kind"]!));
    }

    [Fact]
    public async Task Including_the_hook_under_a_name_that_no_dependency_has_is_explained()
    {
        var chart = await BuildAsync();
        var template = _folder["examples/helm/web/templates/promote.yaml"];
        await File.WriteAllTextAsync(template, (await File.ReadAllTextAsync(template)).Replace("\"ctx\" $", "\"ctx\" $ \"key\" \"promoter\"", StringComparison.Ordinal));

        var refusal = await chart.RefusalAsync("--values", _folder["examples/helm/web/values-production.yaml"]);

        Assert.Contains("there are no values under \"promoter\"", refusal, StringComparison.Ordinal);
    }

    private async Task<HelmChart> BuildAsync()
    {
        foreach (var tree in (string[])["charts/promoter-job", "examples/helm/web"]) _folder.CopyTree(Toolbox.RepositoryRoot, tree);
        var chart = _folder["examples/helm/web"];
        await new ExternalProgram(Toolbox.Require("helm")).RunAsync("dependency", "build", chart);
        return new HelmChart(chart);
    }
}
