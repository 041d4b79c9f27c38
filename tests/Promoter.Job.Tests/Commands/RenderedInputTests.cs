using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

/// <summary>Overlays, charts and changes between revisions as what plan and promote take images from, rendered by the real kubectl and helm.</summary>
public sealed class RenderedInputTests : IAsyncLifetime
{
    private readonly Workspace _files = new();
    private TwoRegistries _registries = null!;

    private string[] Flags => ["--from", _registries.Source.ReferenceHost, "--to", _registries.Target.ReferenceHost];

    public async ValueTask InitializeAsync()
    {
        _registries = await TwoRegistries.StartAsync();
        foreach (var (name, tags) in ((string, string[])[])[("shop/web", ["v1", "v2"]), ("shop/cart", ["v1"]), ("shop/search", ["v1"])])
        {
            foreach (var tag in tags) _registries.Source.Push(name, SampleImages.Single($"{name}-{tag}"), tag);
        }

        _files.Write("base/kustomization.yaml", "resources: [web.yaml, cart.yaml]\n");
        _files.Write("base/web.yaml", Deployment("web", "web"));
        _files.Write("base/cart.yaml", Deployment("cart", "cart"));
        _files.Write("dev/kustomization.yaml", $"resources: [../base, search.yaml]\nimages:\n- {{name: web, newName: {_registries.To("shop/web")}, newTag: v2}}\n");
        _files.Write("dev/search.yaml", Deployment("search", _registries.To("shop/search:v1")));
        _files.Write("production/kustomization.yaml", $$"""
            resources: [../base]
            images:
            - {name: web, newName: {{_registries.To("shop/web")}}, newTag: v1}
            - {name: cart, newName: {{_registries.To("shop/cart")}}, newTag: v1}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        await _registries.DisposeAsync();
    }

    [Fact]
    public async Task An_overlay_is_planned_and_promoted_without_what_other_overlays_deploy()
    {
        Workspace.Require("kubectl");

        var plan = await JobHarness.RunAsync(["plan", "--detailed-exitcode", "-k", _files["production"], .. Flags]);
        var promotion = await JobHarness.RunAsync(["promote", "-k", _files["production"], .. Flags]);

        Assert.True(plan.ExitCode == 2, plan.ToString());
        Assert.Equal(2, plan.Output.Split('\n').Count(line => line.StartsWith("to copy", StringComparison.Ordinal)));
        Assert.True(promotion.ExitCode == 0, promotion.ToString());
        Assert.Equal(["shop/cart:v1", "shop/web:v1"], Promoted());
    }

    [Fact]
    public async Task An_overlay_that_does_not_build_is_shown_in_the_tools_own_words_and_nothing_is_promoted()
    {
        Workspace.Require("kubectl");
        _files.Edit("production/kustomization.yaml", "../base", "../nowhere");

        foreach (var command in (string[])["plan", "promote", "hook"])
        {
            var result = await JobHarness.RunAsync([command, "-k", _files["production"], .. Flags]);

            Assert.True(result.ExitCode == 2, result.ToString());
            Assert.Contains("nowhere", result.Error, StringComparison.Ordinal);
            Assert.Contains("accumulating resources", result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(_registries.Target.Requests.All);
    }

    [Fact]
    public async Task A_chart_is_planned_and_promoted_with_its_values()
    {
        Workspace.Require("helm");
        _files.Write("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
        _files.Write("chart/values.yaml", "image: none.example.com/web\ntag: v0\n");
        _files.Write("chart/templates/web.yaml", Deployment("web", "\"{{ .Values.image }}:{{ .Values.tag }}\""));
        _files.Write("production.yaml", $"image: {_registries.To("shop/web")}\n");
        _files.Write("tag.yaml", "tag: v2\n");
        string[] chart = ["--helm-chart", _files["chart"], "--values", _files["production.yaml"], "--values", _files["tag.yaml"]];

        var plan = await JobHarness.RunAsync(["plan", .. chart, .. Flags]);
        var promotion = await JobHarness.RunAsync(["promote", .. chart, .. Flags]);

        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.Contains($"to copy      {_registries.To("shop/web:v2")}", plan.Output, StringComparison.Ordinal);
        Assert.True(promotion.ExitCode == 0, promotion.ToString());
        Assert.Equal(["shop/web:v2"], Promoted());
    }

    [Fact]
    public async Task Only_what_changes_between_two_revisions_is_planned_and_promoted()
    {
        Workspace.Require("kubectl");
        _files.Commit("first");
        _files.Edit("production/kustomization.yaml", $"{_registries.To("shop/web")}, newTag: v1", $"{_registries.To("shop/web")}, newTag: v2");
        _files.Commit("promote web");
        // What is not committed is not part of the change.
        _files.Edit("production/kustomization.yaml", "newTag: v2", "newTag: v9");
        string[] change = ["-k", _files["production"], "--git-diff", "HEAD~1..HEAD"];

        var plan = await JobHarness.RunAsync(["plan", .. change, .. Flags]);
        var promotion = await JobHarness.RunAsync(["promote", .. change, .. Flags]);

        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.DoesNotContain("shop/cart", plan.Output, StringComparison.Ordinal);
        Assert.Contains($"to copy      {_registries.To("shop/web:v2")}", plan.Output, StringComparison.Ordinal);
        Assert.True(promotion.ExitCode == 0, promotion.ToString());
        Assert.Equal(["shop/web:v2"], Promoted());
    }

    [Fact]
    public async Task A_change_that_touches_no_image_is_no_error_and_promotes_nothing()
    {
        Workspace.Require("kubectl");
        _files.Commit("first");
        _files.Write("production/kustomization.yaml", _files.Read("production/kustomization.yaml") + "\nnamePrefix: shop-\n");
        _files.Commit("rename");
        string[] change = ["-k", _files["production"], "--git-diff", "HEAD~1..HEAD"];

        var plan = await JobHarness.RunAsync(["plan", "--detailed-exitcode", .. change, .. Flags]);
        var promotion = await JobHarness.RunAsync(["promote", .. change, .. Flags]);

        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.True(promotion.ExitCode == 0, promotion.ToString());
        Assert.Contains("no images", promotion.Output, StringComparison.Ordinal);
        Assert.Empty(_registries.Target.Requests.All);
    }

    private IEnumerable<string> Promoted() => _registries.Target.Repositories.SelectMany(r => _registries.Target.TagsOf(r).Keys.Select(t => $"{r}:{t}")).Order();

    private static string Deployment(string name, string image) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{name}}
        spec:
          template:
            spec:
              containers:
              - name: {{name}}
                image: {{image}}

        """;
}
