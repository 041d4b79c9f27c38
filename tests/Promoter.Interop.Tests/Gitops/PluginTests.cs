using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>
/// The command of examples/plugin as Argo CD's plugin server runs it: in the application's folder, with the environment that it hands over, and here without any network.
/// And the same program as Kustomize runs an exec function.
/// </summary>
public sealed class PluginTests : IDisposable
{
    private const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly TemporaryFolder _folder = new();

    public PluginTests() => _folder.CopyTree(Toolbox.RepositoryRoot, "examples/plugin");

    private string Overlay => _folder["examples/plugin/application/overlays/production"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_plugins_answer_is_nothing_but_manifests_and_the_job_that_promotes_their_images()
    {
        var result = await GenerateAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        var rendered = Rendered.Parse(result.Text);
        Assert.Equal(["Deployment", "Job"], rendered.Objects.Select(o => (string)o["kind"]!).Order());
        Assert.Equal(Rendered.ImagesOf(rendered.Only("Deployment")).Order(), new HookJob(rendered.Only("Job")).Images.Order());
        Assert.Equal("shop", (string)rendered.Only("Job")["metadata"]!["namespace"]!);
    }

    [Fact]
    public async Task The_name_of_the_application_may_be_part_of_the_jobs_and_where_it_is_unset_nothing_is_answered()
    {
        _folder.Write("examples/plugin/application/overlays/production/.promote.yaml", Settings() + "  name: promote-${ARGOCD_APP_NAME}\n");

        var named = await GenerateAsync(("ARGOCD_APP_NAME", "shop-production"));
        var unnamed = await GenerateAsync();

        Assert.Equal("promote-shop-production", new HookJob(Rendered.Parse(named.Text).Only("Job")).Name);
        AssertRefused(unnamed, "ARGOCD_APP_NAME, which is not set");
    }

    [Theory]
    [InlineData("resources: [../../base, gone.yaml]\n", "gone.yaml")]
    [InlineData("resources: []\n", "there are no manifests in .")]
    [InlineData("resources: [../../base]\nimages:\n- {name: web, newName: 222222222222.dkr.ecr.eu-west-1.amazonaws.com/Shop/Web}\n", "upper-case letters are not allowed")]
    public async Task An_application_that_cannot_be_rendered_is_an_error_on_stderr_and_never_an_empty_success(string kustomization, string reason)
    {
        _folder.Write("examples/plugin/application/overlays/production/kustomization.yaml", kustomization);

        AssertRefused(await GenerateAsync(), reason);
    }

    [Fact]
    public async Task Without_its_settings_the_plugin_refuses_and_names_the_file()
    {
        File.Delete(Path.Combine(Overlay, ".promote.yaml"));

        AssertRefused(await GenerateAsync(settings: false), ".promote.yaml");
    }

    [Fact]
    public async Task As_an_exec_function_it_takes_the_envelope_and_the_configuration_that_kustomize_sends()
    {
        var result = await FunctionAsync("hook", $"{Target}/shop/web:v1");

        Assert.True(result.ExitCode == 0, result.ToString());
        var list = Rendered.Parse(result.Text).Only("ResourceList");
        var items = list["items"]!.AsArray();
        Assert.Equal(["Pod", "Job"], items.Select(i => (string)i!["kind"]!));
        // Kustomize matches answers to inputs by these; they have to come back as they went.
        Assert.Equal("1", (string)items[0]!["metadata"]!["annotations"]!["internal.config.kubernetes.io/id"]!);
        Assert.Equal([$"{Target}/shop/web:v1"], new HookJob(items[1]!.DeepClone().AsObject()).Images);
    }

    [Fact]
    public async Task As_a_validator_it_changes_nothing_and_fails_with_a_result_for_the_image_that_no_job_promotes()
    {
        var result = await FunctionAsync("hook --check", $"{Target}/shop/web:v1");

        Assert.Equal(8, result.ExitCode);
        var list = Rendered.Parse(result.Text).Only("ResourceList");
        Assert.Equal(["Pod"], list["items"]!.AsArray().Select(i => (string)i!["kind"]!));
        Assert.Equal("error", (string)list["results"]![0]!["severity"]!);
        Assert.Contains($"{Target}/shop/web:v1 is deployed and no hook Job promotes it", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kustomize_runs_it_as_a_transformer_and_shows_its_error_where_it_refuses()
    {
        await File.AppendAllTextAsync(Path.Combine(Overlay, "kustomization.yaml"), "transformers: [promote.yaml]\n", TestContext.Current.CancellationToken);
        _folder.Write("examples/plugin/application/overlays/production/promote.yaml", Settings().Replace("kind: ImagePromotion\n", "kind: ImagePromotion\nmetadata: {name: promote}\n", StringComparison.Ordinal));
        const string build = "kubectl kustomize --enable-alpha-plugins .";
        (string, string)[] plugins = [("KUSTOMIZE_PLUGIN_HOME", _folder["examples/plugin/kustomize-plugins"])];

        var built = await RunAsync(build, "", plugins);
        File.WriteAllText(Path.Combine(Overlay, "kustomization.yaml"), File.ReadAllText(Path.Combine(Overlay, "kustomization.yaml")).Replace("v1.2.3", "no tag", StringComparison.Ordinal));
        var refused = await RunAsync(build, "", plugins);

        Assert.True(built.ExitCode == 0, built.ToString());
        var rendered = Rendered.Parse(built.Text);
        Assert.Equal(Rendered.ImagesOf(rendered.Only("Deployment")).Order(), new HookJob(rendered.Only("Job")).Images.Order());
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Empty(refused.Text);
        Assert.Contains("is not an image reference", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_envelope_that_is_none_is_an_error_and_answers_nothing()
    {
        AssertRefused(await RunAsync("promoter hook", input: "", []), "there are no manifests");
        AssertRefused(await RunAsync("promoter hook", input: "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: [\n", []), "did not find expected");
    }

    private static void AssertRefused(ProgramResult result, string reason)
    {
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Empty(result.Text);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    private static string Settings() => $"apiVersion: promoter.dev/v1alpha1\nkind: ImagePromotion\nspec:\n  from: {Source}\n  to: {Target}\n  image: {Target}/promoter:0.1.0\n";

    private Task<ProgramResult> GenerateAsync(params (string Name, string Value)[] environment) => GenerateAsync(settings: true, environment);

    private Task<ProgramResult> GenerateAsync(bool settings, params (string Name, string Value)[] environment)
    {
        if (settings && !File.Exists(Path.Combine(Overlay, ".promote.yaml"))) File.Copy(_folder["examples/plugin/application/.promote.yaml"], Path.Combine(Overlay, ".promote.yaml"));
        var plugin = Rendered.Parse(File.ReadAllText(_folder["examples/plugin/repo-server/plugin.yaml"])).Only("ConfigManagementPlugin");
        return RunAsync(string.Join(' ', plugin["spec"]!["generate"]!["command"]!.AsArray().Select(a => (string)a!)), "", environment);
    }

    private Task<ProgramResult> FunctionAsync(string arguments, string image) => RunAsync($"promoter {arguments}", $"""
        apiVersion: config.kubernetes.io/v1
        kind: ResourceList
        items:
        - apiVersion: v1
          kind: Pod
          metadata:
            name: web
            annotations:
              internal.config.kubernetes.io/id: "1"
              config.k8s.io/id: "1"
          spec:
            containers:
            - name: web
              image: {image}
        functionConfig:
          apiVersion: promoter.dev/v1alpha1
          kind: ImagePromotion
          metadata:
            name: promote
            annotations:
              config.kubernetes.io/function: |
                exec: {"{"}path: promoter, args: [{arguments.Replace(" ", ", ", StringComparison.Ordinal)}]{"}"}
          spec:
            from: {Source}
            to: {Target}
            image: {Target}/promoter:0.1.0
        """, []);

    // A network of its own has no interface that is up: whatever dials out fails.
    private async Task<ProgramResult> RunAsync(string command, string input, (string Name, string Value)[] environment)
    {
        Toolbox.RequireRoot();
        var shell = new ExternalProgram(Toolbox.Require("unshare")) { WorkingDirectory = Overlay };
        var promoter = _folder.Program("promoter", $"exec {Toolbox.Require("dotnet")} {PromoterProcess.ProgramPath()} \"$@\"");
        shell.Environment["PATH"] = $"{Path.GetDirectoryName(promoter)}:{Path.GetDirectoryName(Toolbox.Require("kubectl"))}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in environment) shell.Environment[name] = value;
        return await shell.TryRunAsync(["--net", Toolbox.Require("bash"), "-c", command], input);
    }
}
