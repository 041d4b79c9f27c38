using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Yaml;

namespace Promoter.Job.Tests.Commands;

/// <summary>What generate kustomize writes for an overlay that exists, built by the real kubectl.</summary>
public sealed class GenerateCommandTests : IDisposable
{
    private const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly Workspace _files = new();

    public GenerateCommandTests()
    {
        _files.Write("base/kustomization.yaml", "resources: [web.yaml]\n");
        _files.Write("base/web.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              replicas: 1
              template:
                spec:
                  initContainers:
                  - name: migrate
                    image: migrations
                  containers:
                  - name: web
                    image: web

            """);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task An_overlay_with_images_gets_the_component_and_its_entries_reach_the_job()
    {
        Images("v1");

        var result = await GenerateAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal([$"{Target}/shop/migrations:v1", $"{Target}/shop/web:v1"], JobImages());
        Assert.False(File.Exists(_files["production/promote-images.yaml"]));
        _files.Edit("production/kustomization.yaml", "newTag: v1 # edit me", "newTag: v2");
        Assert.Equal([$"{Target}/shop/migrations:v1", $"{Target}/shop/web:v2"], JobImages());
    }

    [Fact]
    public async Task An_overlay_with_patches_gets_a_transformer_that_copies_what_the_patches_set()
    {
        Patches("v1");

        var result = await GenerateAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("ReplacementTransformer", _files.Read("production/promote-images.yaml"), StringComparison.Ordinal);
        Assert.Equal([$"{Target}/shop/migrations:v1", $"{Target}/shop/web:v1"], JobImages());
        _files.Edit("production/patch-image.yaml", "shop/web:v1", "shop/web:v2");
        Assert.Equal([$"{Target}/shop/migrations:v1", $"{Target}/shop/web:v2"], JobImages());
    }

    [Fact]
    public async Task An_overlay_that_sets_one_image_by_each_way_gets_both_forms()
    {
        Patches("v1");
        _files.Edit("production/patch-image.yaml", $"      initContainers:\n      - name: migrate\n        image: {Target}/shop/migrations:v1\n", "");
        _files.Write("production/kustomization.yaml", _files.Read("production/kustomization.yaml") + $"images:\n- {{name: migrations, newName: {Target}/shop/migrations, newTag: v1}}\n");

        var result = await GenerateAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal([$"{Target}/shop/migrations:v1", $"{Target}/shop/web:v1"], JobImages());
        _files.Edit("production/kustomization.yaml", "newTag: v1", "newTag: v2");
        _files.Edit("production/patch-image.yaml", "shop/web:v1", "shop/web:v3");
        Assert.Equal([$"{Target}/shop/migrations:v2", $"{Target}/shop/web:v3"], JobImages());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Again_it_writes_nothing_and_what_stood_there_stays(bool images)
    {
        if (images) Images("v1");
        else Patches("v1");
        var before = _files.Read("production/kustomization.yaml");

        await GenerateAsync();
        var once = _files.Read("production/kustomization.yaml");
        var again = await GenerateAsync();

        Assert.StartsWith(before.TrimEnd(), once, StringComparison.Ordinal);
        Assert.Equal(once, _files.Read("production/kustomization.yaml"));
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.DoesNotContain("wrote ", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlay_of_another_environment_is_refused_and_left_alone()
    {
        Workspace.Require("kubectl");
        _files.Write("dev/kustomization.yaml", "resources: [../base]\n");

        var result = await GenerateAsync("dev");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("is it the overlay of the target environment?", result.Error, StringComparison.Ordinal);
        Assert.Equal(["kustomization.yaml"], Directory.GetFileSystemEntries(_files["dev"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_directory_without_a_kustomization_is_named()
    {
        Directory.CreateDirectory(_files["empty"]);

        var result = await GenerateAsync("empty");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("has no kustomization.yaml", result.Error, StringComparison.Ordinal);
    }

    private Task<JobResult> GenerateAsync(string overlay = "production") => JobHarness.RunAsync(
        "generate", "kustomize", _files[overlay], "--from", Source, "--to", Target, "--promoter-image", $"{Target}/promoter:0.1.0");

    private IEnumerable<string> JobImages()
    {
        var built = _files.Run("kubectl", "kustomize", _files["production"]);
        var job = YamlReader.Read("built", built).Select(d => d.Root).OfType<YamlMapping>().Single(PromotionHook.Is);
        return HookImages.Of(job).References.Order();
    }

    private void Images(string tag)
    {
        Workspace.Require("kubectl");
        _files.Write("production/kustomization.yaml", $$"""
            # Production.
            resources: [../base]
            images:
              - name: web
                newName: {{Target}}/shop/web
                newTag: {{tag}} # edit me
              - name: migrations
                newName: {{Target}}/shop/migrations
                newTag: {{tag}}

            """);
    }

    private void Patches(string tag)
    {
        Workspace.Require("kubectl");
        _files.Write("production/kustomization.yaml", "# Production.\nresources: [../base]\npatches:\n  - path: patch-image.yaml\n  - path: patch-replicas.yaml\n");
        _files.Write("production/patch-replicas.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n");
        _files.Write("production/patch-image.yaml", $"""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              template:
                spec:
                  initContainers:
                  - name: migrate
                    image: {Target}/shop/migrations:{tag}
                  containers:
                  - name: web
                    image: {Target}/shop/web:{tag}

            """);
    }
}
