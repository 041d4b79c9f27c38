using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

/// <summary>Manifests as the source of what is promoted: the way the PreSync job is fed.</summary>
public sealed class ManifestInputTests
{
    [Fact]
    public async Task A_rendered_overlay_promotes_the_images_that_it_names_and_nothing_else()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var web = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        registries.Source.Push("shop/batch", SampleImages.Single("batch"), "9.9.9");
        using var manifests = new TemporaryFile(Deployment(registries.To("shop/web:1.4.2")) + "---\n" + Deployment("docker.io/library/redis:7"));

        var result = await JobHarness.RunAsync("promote", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, "-f", manifests.Path);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(web.Digest, registries.Target.DigestOf("shop/web", "1.4.2"));
        Assert.Null(registries.Target.DigestOf("shop/batch", "9.9.9"));
        Assert.Contains("docker.io/library/redis:7", result.Output, StringComparison.Ordinal);
        Assert.Contains("is not a target registry", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hook_Jobs_own_image_is_left_out_although_it_lies_under_the_target_and_the_output_says_so()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");
        registries.Source.Push("promoter", SampleImages.Single("promoter"), "0.1.0");
        using var manifests = new TemporaryFile(Deployment(registries.To("shop/web:1")));
        string[] flags = ["--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost];
        using var withHook = new TemporaryFile((await JobHarness.RunAsync(["hook", "-f", manifests.Path, "--promoter-image", registries.To("promoter:0.1.0"), .. flags])).Output);

        var result = await JobHarness.RunAsync(["promote", "-f", withHook.Path, .. flags]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["shop/web"], registries.Target.Repositories);
        Assert.Contains($"skipped       {registries.To("promoter:0.1.0")}", result.Output, StringComparison.Ordinal);
        Assert.Contains("the hook Job cannot promote its own image", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_are_listed_with_the_place_where_they_stand()
    {
        using var manifests = new TemporaryFile(Deployment("registry.example.com/shop/web:1"));

        var text = await JobHarness.RunAsync("images", "-f", manifests.Path);
        var json = await JobHarness.RunAsync("images", "-f", manifests.Path, "--output", "json");

        Assert.True(text.ExitCode == 0, text.ToString());
        Assert.Contains("registry.example.com/shop/web:1", text.Output, StringComparison.Ordinal);
        Assert.Contains($"{manifests.Path}:8:", text.Output, StringComparison.Ordinal);
        Assert.Equal("Deployment", (string?)json.Json["images"]![0]!["locations"]![0]!["kind"]);
    }

    [Theory]
    [InlineData(new[] { "--selector", "tier=front" }, new[] { "web" })]
    [InlineData(new[] { "--namespace", "shop" }, new[] { "bare", "web" })]
    [InlineData(new[] { "--kind", "CronJob.batch" }, new[] { "worker" })]
    [InlineData(new[] { "--image", "shop/w*" }, new[] { "web", "worker" })]
    [InlineData(new[] { "--image", "shop/w*", "--namespace", "back" }, new[] { "worker" })]
    [InlineData(new[] { "--kind", "Prometheus", "--field", "monitoring.coreos.com/Prometheus/spec/image" }, new[] { "prometheus" })]
    public async Task Objects_and_images_are_selected_by_flags(string[] flags, string[] names)
    {
        using var manifests = new TemporaryFile("""
            {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {tier: front}}, spec: {containers: [{image: 'r.example.com/shop/web:1'}]}}
            ---
            {apiVersion: batch/v1, kind: CronJob, metadata: {name: worker, namespace: back}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: 'r.example.com/shop/worker:1'}]}}}}}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: bare}, spec: {containers: [{image: 'r.example.com/shop/bare:1'}]}}
            ---
            {apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: p, namespace: monitoring}, spec: {image: 'r.example.com/shop/prometheus:1'}}
            """);

        var result = await JobHarness.RunAsync(["images", "-f", manifests.Path, "--output", "json", .. flags]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(names.Select(n => $"r.example.com/shop/{n}:1"), result.Json["images"]!.AsArray().Select(i => (string)i!["reference"]!).Order());
    }

    [Fact]
    public async Task Invalid_YAML_exits_with_2_and_gives_file_line_and_column()
    {
        using var manifests = new TemporaryFile("kind: Pod\nspec:\n  containers: [\n");

        var result = await JobHarness.RunAsync("images", "-f", manifests.Path);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Matches($@"{manifests.Path}:\d+:\d+: ", result.Error);
    }

    [Fact]
    public async Task A_malformed_image_field_exits_with_2_and_promotes_nothing()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");
        using var manifests = new TemporaryFile(Deployment(registries.To("shop/web:1")) + "---\n" + Deployment(registries.To("Shop/Web:1")));

        var result = await JobHarness.RunAsync("promote", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, "-f", manifests.Path);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("upper-case letters are not allowed", result.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was promoted", result.Error, StringComparison.Ordinal);
        Assert.Empty(registries.Target.Requests.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\ndata: { a: b }\n")]
    public async Task Manifests_without_an_image_exit_with_2(string text)
    {
        using var manifests = new TemporaryFile(text);

        var result = await JobHarness.RunAsync("promote", "--from", "127.0.0.1:1", "--to", "127.0.0.1:2", "-f", manifests.Path);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("name no image at all", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_exits_with_2_and_is_named()
    {
        var result = await JobHarness.RunAsync("images", "-f", "/nowhere/at-all.yaml");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("/nowhere/at-all.yaml", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--git-diff", "HEAD~1..HEAD", "-k DIR")]
    [InlineData("--values", "values.yaml", "--helm-chart")]
    public async Task A_flag_that_lacks_its_partner_exits_with_2_and_names_it(string flag, string value, string partner)
    {
        var result = await JobHarness.RunAsync("images", flag, value);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(partner, result.Error, StringComparison.Ordinal);
    }

    private static string Deployment(string image) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          template:
            spec:
              containers:
              - image: {{image}}
                name: web

        """;
}
