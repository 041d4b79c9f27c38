using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Job.Tests.Hook;

namespace Promoter.Job.Tests.Commands;

public sealed class HookCommandTests : IDisposable
{
    private readonly List<TemporaryFile> _files = [];

    public void Dispose() => _files.ForEach(f => f.Dispose());

    [Fact]
    public async Task Manifests_come_back_with_the_job_and_again_unchanged()
    {
        var once = await RunAsync(Given.Deployment, "--promoter-image", "promoter:1");
        var twice = await RunAsync(once.Output, "--promoter-image", "promoter:1");

        Assert.True(once.ExitCode == 0, once.ToString());
        Assert.StartsWith(Given.Deployment, once.Output, StringComparison.Ordinal);
        Assert.Equal([Given.Web("v1")], HookImages.Of(Given.JobOf(once.Output)).References);
        Assert.Equal(once.Output, twice.Output);
    }

    [Fact]
    public async Task Settings_come_from_a_file_and_flags_go_before_them()
    {
        var settings = File($"apiVersion: promoter.dev/v1alpha1\nkind: ImagePromotion\nspec: {{from: {Given.Source}, to: {Given.Target}, image: \"promoter:1\", name: from-the-file}}\n");

        var fromFile = await JobHarness.RunAsync("hook", "-f", File(Given.Deployment), "--function-config", settings);
        var fromFlag = await JobHarness.RunAsync("hook", "-f", File(Given.Deployment), "--function-config", settings, "--name", "from-the-flag");

        Assert.Equal("from-the-file", Given.JobOf(fromFile.Output).MapOf("metadata")!.TextOf("name"));
        Assert.Equal("from-the-flag", Given.JobOf(fromFlag.Output).MapOf("metadata")!.TextOf("name"));
    }

    [Fact]
    public async Task A_resource_list_is_answered_with_one_that_holds_the_job()
    {
        var list = $"""
            apiVersion: config.kubernetes.io/v1
            kind: ResourceList
            items:
            - apiVersion: apps/v1
              kind: Deployment
              metadata: {"{"}name: web, namespace: shop{"}"}
              spec:
                template:
                  spec:
                    containers:
                    - name: web
                      image: {Given.Web("v1")}
                    - name: proxy
                      image: nginx
            functionConfig:
              apiVersion: v1
              kind: ConfigMap
              data: {"{"}from: {Given.Source}, to: {Given.Target}, image: "promoter:1"{"}"}
            """;

        var result = await JobHarness.RunAsync("hook", "-f", File(list));

        Assert.True(result.ExitCode == 0, result.ToString());
        var answer = Given.Parse(result.Output);
        var job = answer.ItemsOf("items").OfType<Promoter.Yaml.YamlMapping>().Single(PromotionHook.Is);
        Assert.Equal([Given.Web("v1")], HookImages.Of(job).References);
        Assert.Equal("shop", job.MapOf("metadata")!.TextOf("namespace"));
        Assert.Equal("info", ((Promoter.Yaml.YamlMapping)answer.ItemsOf("results").Single()).TextOf("severity"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    public async Task A_resource_list_in_JSON_is_answered_and_the_answer_again_is_left_as_it_is(string mark)
    {
        var list = mark + $$$"""
            {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
             "spec": {"containers": [{"name": "web", "image": "{{{Given.Web("v1")}}}"}]} }],
             "functionConfig": {"apiVersion": "v1", "kind": "ConfigMap", "data": {"from": "{{{Given.Source}}}", "to": "{{{Given.Target}}}", "image": "promoter:1"} } }
            """;

        var once = await JobHarness.RunAsync("hook", "-f", File(list));
        var twice = await JobHarness.RunAsync("hook", "-f", File(once.Output));

        Assert.True(once.ExitCode == 0, once.ToString());
        Assert.Equal([Given.Web("v1")], HookImages.Of(Given.Parse(once.Output).ItemsOf("items").OfType<Promoter.Yaml.YamlMapping>().Single(PromotionHook.Is)).References);
        Assert.Equal(once.Output, twice.Output);
    }

    [Fact]
    public async Task A_check_fails_for_an_image_without_a_job_and_passes_when_it_has_one()
    {
        var without = await RunAsync(Given.Deployment, "--check");
        var with = await RunAsync((await RunAsync(Given.Deployment, "--promoter-image", "promoter:1")).Output, "--check");

        Assert.Equal((8, ""), (without.ExitCode, without.Output));
        Assert.Contains($"{Given.Web("v1")} is deployed and no hook Job promotes it", without.Error, StringComparison.Ordinal);
        Assert.True(with.ExitCode == 0, with.ToString());
    }

    [Fact]
    public async Task Manifests_without_a_covered_image_come_back_as_they_are_and_stderr_says_so()
    {
        var result = await RunAsync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");

        Assert.Equal((0, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"), (result.ExitCode, result.Output));
        Assert.Contains("no hook Job is added", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "there are no manifests")]
    [InlineData("# nothing\n---\n", "there are no manifests")]
    [InlineData("a: [1\n", "2:1")]
    [InlineData("a: 1\na: 2\n", "duplicate key 'a'")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: 'no image'}]}\n", "is not an image reference")]
    public async Task Bad_manifests_give_an_error_and_never_an_answer(string text, string reason)
    {
        var result = await RunAsync(text, "--promoter-image", "promoter:1");

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_settings_are_named()
    {
        var noRules = await JobHarness.RunAsync("hook", "-f", File(Given.Deployment));
        var noImage = await RunAsync(Given.Deployment);
        var noVariable = await RunAsync(Given.Deployment, "--promoter-image", "promoter:1", "--name", "promote-${PROMOTER_TEST_UNSET}");

        Assert.Contains("--from and --to", noRules.Error, StringComparison.Ordinal);
        Assert.Contains("--promoter-image", noImage.Error, StringComparison.Ordinal);
        Assert.Contains("PROMOTER_TEST_UNSET, which is not set", noVariable.Error, StringComparison.Ordinal);
        Assert.All([noRules, noImage, noVariable], r => Assert.Equal((2, ""), (r.ExitCode, r.Output)));
    }

    private Task<JobResult> RunAsync(string manifests, params string[] flags) =>
        JobHarness.RunAsync(["hook", "-f", File(manifests), "--from", Given.Source, "--to", Given.Target, .. flags]);

    private string File(string text)
    {
        _files.Add(new TemporaryFile(text));
        return _files[^1].Path;
    }
}
