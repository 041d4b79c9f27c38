using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Webhooks;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>
/// The steps of examples/pipelines as they stand there, run in a repository whose branch edits one tag. Only the registries' hosts and what a pipeline fills in for
/// itself (<c>${{ … }}</c>, <c>{{ … }}</c>, <c>$(params.…)</c>) are exchanged.
/// </summary>
public sealed partial class PipelineTests : IAsyncLifetime
{
    private const string SourceHost = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string TargetHost = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly TemporaryFolder _folder = new();
    private readonly ExternalProgram _shell;
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;

    public PipelineTests()
    {
        _shell = new ExternalProgram(Toolbox.Require("bash")) { WorkingDirectory = _folder.Path };
        var folders = ((string[])[Toolbox.Require("kubectl"), Toolbox.Require("git")]).Select(p => Path.GetDirectoryName(p)!);
        _shell.Environment["PATH"] = string.Join(':', [.. folders, Environment.GetEnvironmentVariable("PATH")!]);
        _shell.Environment["HOME"] = _folder["home"];
        _shell.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
    }

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        foreach (var image in (string[])["web:v1.2.3", "web:v1.3.0", "cart:v1"]) _source.Push($"shop/{image.Split(':')[0]}", SampleImages.TwoPlatforms(image), image.Split(':')[1]);
        _shell.Environment["SOURCE"] = _source.ReferenceHost;
        _shell.Environment["TARGET"] = _target.ReferenceHost;
        _shell.Environment["OVERLAY"] = "overlays/production";
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task GitHub_Actions_comments_what_the_pull_request_promotes()
    {
        await BranchAsync();
        var job = Yaml("github-actions/promotion-plan.yaml")["jobs"]!["plan"]!;
        _shell.Environment["BASE"] = "main";
        _shell.Environment["PULL_REQUEST"] = "7";
        var steps = job["steps"]!.AsArray().Where(s => s!["run"] is not null && (string)s["name"]! != "Install promoter").Select(s => (string)s!["run"]!);

        // GitHub's own program is the one thing that is not to be had here.
        await RunAsync([.. steps.Prepend("gh() { echo \"$*\" > gh.txt; }")]);

        Assert.Equal("pr comment 7 --edit-last --create-if-none --body-file comment.md", File.ReadAllText(_folder["gh.txt"]).Trim());
        AssertOnlyWebIsPlanned(File.ReadAllText(_folder["comment.md"]));
        Assert.Equal("${{ github.event.pull_request.base.sha }}", (string)job["env"]!["BASE"]!);
        Assert.Equal(0L, (long)job["steps"]![0]!["with"]!["fetch-depth"]!);
    }

    [Fact]
    public async Task Jenkins_comments_what_the_pull_request_promotes_and_promotes_on_main()
    {
        await BranchAsync();
        // The branch as a Jenkins checkout of a pull request has it.
        await RunAsync("git update-ref refs/remotes/origin/main main");
        _shell.Environment["CHANGE_TARGET"] = "main";
        var commands = JenkinsStep().Matches(OnLoopback(Example("jenkins/Jenkinsfile"))).Select(m => m.Groups["command"].Value).ToList();

        await RunAsync([.. commands[..2]]);
        AssertOnlyWebIsPlanned(File.ReadAllText(_folder["plan.txt"]));
        Assert.Empty(HookRun.ContentOf(_target));
        await RunAsync([.. commands[2..]]);

        Assert.Equal(["shop/cart:v1", "shop/web:v1.3.0"], HookRun.ContentOf(_target).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task GitLab_joins_what_Kaniko_built_comments_the_plan_and_promotes()
    {
        await using var forge = await WebhookReceiver.StartAsync();
        await BranchAsync();
        var pipeline = Yaml("gitlab/.gitlab-ci.yml");
        string[] ScriptOf(string job) => [.. pipeline[job]!["script"]!.AsArray().Select(line => (string)line!)];
        foreach (var (name, value) in ((string, string)[])
            [("IMAGE", $"{_source.ReferenceHost}/shop/api"), ("CI_COMMIT_TAG", "v2"), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main"), ("CI_API_V4_URL", forge.Url("/api/v4").ToString()),
                ("CI_PROJECT_ID", "12"), ("CI_MERGE_REQUEST_IID", "7"), ("COMMENT_TOKEN", "t0ken")]) _shell.Environment[name] = value;
        foreach (var architecture in (string[])["amd64", "arm64"]) _source.Push("shop/api", SampleImages.Single("api", architecture: architecture), $"v2-{architecture}");

        await RunAsync(ScriptOf("index"));
        await RunAsync(ScriptOf("plan"));
        await RunAsync(ScriptOf("promote"));

        Assert.Empty(_source.FindProblems("shop/api", "v2"));
        var comment = Assert.Single(forge.Deliveries);
        Assert.Equal("/api/v4/projects/12/merge_requests/7/notes", comment.Path);
        AssertOnlyWebIsPlanned((string)JsonNode.Parse(comment.Body)!["body"]!);
        Assert.Equal(["shop/cart:v1", "shop/web:v1.3.0"], HookRun.ContentOf(_target).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Tekton_promotes_the_images_of_its_parameter()
    {
        var step = Yaml("tekton/promote-task.yaml")["spec"]!["steps"]![0]!;
        string[] images = [$"{_target.ReferenceHost}/shop/web:v1.2.3", $"{_target.ReferenceHost}/shop/cart:v1"];
        var arguments = step["args"]!.AsArray().Select(a => (string)a!).SelectMany(a => a switch
        {
            "$(params.images[*])" => images,
            "$(params.from)" => [_source.ReferenceHost],
            "$(params.to)" => [_target.ReferenceHost],
            _ => [a],
        });
        using var promoter = new PromoterProcess();

        var result = await promoter.RunAsync([.. arguments]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(["shop/cart:v1", "shop/web:v1.2.3"], HookRun.ContentOf(_target).Select(line => line.Split(' ')[0]));
        PodSecurityOf(step);
    }

    [Theory]
    [InlineData("index")]
    [InlineData("index-with-promoter")]
    public async Task Argo_Workflows_joins_the_tags_of_each_architecture_and_promotes_the_index(string index)
    {
        using var buildah = new Buildah();
        await using var source = await DistributionRegistry.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            _folder.Write($"{architecture}/app", architecture);
            // Kaniko needs a container; its tags are these.
            await buildah.PushImageAsync(source.Reference($"shop/web:v2-{architecture}"), new ImageContent("linux", architecture, [_folder[architecture]]));
        }

        var templates = Yaml("argo-workflows/build-and-promote.yaml")["spec"]!["templates"]!.AsArray().ToDictionary(t => (string)t!["name"]!, t => t!);
        await RunTemplateAsync(templates[index], source, target);
        await RunTemplateAsync(templates["promote"], source, target);

        var skopeo = new Skopeo();
        var promoted = await skopeo.InspectRawAsync(target.Reference("shop/web:v2"));
        Assert.Equal(await skopeo.InspectRawAsync(source.Reference("shop/web:v2")), promoted);
        Assert.Equal(["amd64", "arm64"], JsonNode.Parse(promoted)!["manifests"]!.AsArray().Select(m => (string)m!["platform"]!["architecture"]!).Order());
        Assert.Equal(["main", "build", "index", "index-with-promoter", "promote"], templates.Keys);
    }

    private async Task RunTemplateAsync(JsonNode template, DistributionRegistry source, DistributionRegistry target)
    {
        string Filled(string text) => text
            .Replace("{{workflow.parameters.image}}", source.Reference("shop/web"), StringComparison.Ordinal)
            .Replace("{{workflow.parameters.target}}", target.Reference("shop/web"), StringComparison.Ordinal)
            .Replace("{{workflow.parameters.version}}", "v2", StringComparison.Ordinal);
        if (template["container"]?["args"] is JsonArray arguments)
        {
            using var promoter = new PromoterProcess();
            var result = await promoter.RunAsync([.. arguments.Select(a => Filled((string)a!))]);
            Assert.True(result.ExitCode == 0, result.ToString());
            PodSecurityOf(template["container"]!);
            return;
        }

        _shell.Environment["CONTAINERS_STORAGE_CONF"] = _folder.Write("storage.conf", $"[storage]\ndriver = \"vfs\"\ngraphroot = \"{_folder["graph"]}\"\nrunroot = \"{_folder["run"]}\"\n");
        // Registries of a pipeline have certificates, this one has none.
        await RunAsync(
            "buildah() { local verb=$2; shift 2; [ \"$verb\" = create ] || set -- --tls-verify=false \"$@\"; command buildah manifest \"$verb\" \"$@\"; }",
            Filled((string)template["script"]!["source"]!));
    }

    // A container of a task is held to the same standard as the hook's.
    private static void PodSecurityOf(JsonNode container)
    {
        Assert.True((bool)container["securityContext"]!["runAsNonRoot"]!);
        Assert.False((bool)container["securityContext"]!["allowPrivilegeEscalation"]!);
        Assert.True((bool)container["securityContext"]!["readOnlyRootFilesystem"]!);
    }

    private void AssertOnlyWebIsPlanned(string plan)
    {
        Assert.Contains($"to copy      {_target.ReferenceHost}/shop/web:v1.3.0", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("shop/cart", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("v1.2.3", plan, StringComparison.Ordinal);
    }

    /// <summary>A repository with an overlay of production that promotes, and a branch on which one tag is edited.</summary>
    private async Task BranchAsync()
    {
        _folder.Write("base/kustomization.yaml", "resources: [web.yaml, cart.yaml]\n");
        foreach (var name in (string[])["web", "cart"])
        {
            _folder.Write($"base/{name}.yaml", $"apiVersion: v1\nkind: Pod\nmetadata: {"{"}name: {name}{"}"}\nspec: {"{"}containers: [{"{"}name: {name}, image: {name}{"}"}]{"}"}\n");
        }

        _folder.Write("overlays/production/kustomization.yaml", $$"""
            resources: [../../base]
            images:
            - {name: web, newName: {{_target.ReferenceHost}}/shop/web, newTag: v1.2.3}
            - {name: cart, newName: {{_target.ReferenceHost}}/shop/cart, newTag: v1}

            """);
        const string commit = "git add --all && git -c user.name=test -c user.email=test@example.com commit --quiet --message";
        await RunAsync(
            "git init --quiet --initial-branch=main",
            $"promoter generate kustomize overlays/production --from {_source.ReferenceHost} --to {_target.ReferenceHost} --promoter-image {_target.ReferenceHost}/promoter:0.1.0",
            $"{commit} first",
            "git checkout --quiet -b change",
            "sed -i s/v1.2.3/v1.3.0/ overlays/production/kustomization.yaml",
            $"{commit} edit");
    }

    private async Task RunAsync(params string[] commands)
    {
        var program = $"promoter() {{ {Toolbox.Require("dotnet")} {PromoterProcess.ProgramPath()} \"$@\"; }}\n{string.Join('\n', commands)}";
        var result = await _shell.TryRunAsync(["-euo", "pipefail", "-c", program]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private string OnLoopback(string text) => text
        .Replace(SourceHost, _source.ReferenceHost, StringComparison.Ordinal)
        .Replace(TargetHost, _target.ReferenceHost, StringComparison.Ordinal);

    private static string Example(string path) => File.ReadAllText(Path.Combine(Toolbox.RepositoryRoot, "examples", "pipelines", path));

    private JsonObject Yaml(string path) => Rendered.Parse(OnLoopback(Example(path))).Objects[0];

    [GeneratedRegex(@"sh '(?<command>[^']*)'", RegexOptions.ExplicitCapture)]
    private static partial Regex JenkinsStep();
}
