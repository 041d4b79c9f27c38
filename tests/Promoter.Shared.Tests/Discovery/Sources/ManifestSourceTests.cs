using System.Text;
using Promoter.Discovery;
using Promoter.Discovery.Sources;

namespace Promoter.Tests.Discovery.Sources;

/// <summary>Sources against real files and the real kubectl, helm and git.</summary>
public sealed class ManifestSourceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("promoter-sources-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_directory_is_read_with_its_subdirectories_and_without_what_is_no_manifest()
    {
        Write("b.yaml", Pod("b"));
        Write("a.yml", Pod("a"));
        Write("sub/c.json", """{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"dst.example/c:1"}]}}""");
        Write(".git/config.yaml", "{ not yaml");
        Write("README.md", "# {{ not yaml");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "logo.png"), [0x89, 0x50, 0, 0]);

        Assert.Equal(["dst.example/a:1", "dst.example/b:1", "dst.example/c:1"], await ImagesAsync(new FileSource(_folder.FullName)));
    }

    [Fact]
    public async Task A_mounted_ConfigMap_is_read_once()
    {
        Write("..2026_01_01/m.yaml", Pod("a"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "..data"), "..2026_01_01");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "m.yaml"), "..data/m.yaml");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "circle"), ".");

        Assert.Equal(["dst.example/a:1"], await ImagesAsync(new FileSource(_folder.FullName)));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var exception = await Assert.ThrowsAsync<ManifestException>(() => new FileSource("/nowhere/m.yaml").ReadAsync(CancellationToken.None));

        Assert.StartsWith("cannot read the manifests /nowhere/m.yaml: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_read_to_its_end()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Pod("a") + "---\n" + Pod("b")));

        Assert.Equal(["dst.example/a:1", "dst.example/b:1"], await ImagesAsync(new StreamSource("-", stream)));
    }

    [Fact]
    public async Task An_overlay_is_rendered()
    {
        RequireKustomize();
        Write("base/pod.yaml", Pod("web"));
        Write("base/kustomization.yaml", "resources: [pod.yaml]\n");
        Write("overlay/kustomization.yaml", "resources: [../base]\nimages: [{name: dst.example/web, newTag: v2}]\n");

        Assert.Equal(["dst.example/web:v2"], await ImagesAsync(new KustomizeSource(Path.Combine(_folder.FullName, "overlay"))));
    }

    [Fact]
    public async Task An_overlay_that_does_not_build_shows_the_tools_own_words()
    {
        RequireKustomize();
        Write("kustomization.yaml", "resources: [absent.yaml]\n");

        var exception = await Assert.ThrowsAsync<ManifestException>(() => new KustomizeSource(_folder.FullName).ReadAsync(CancellationToken.None));

        Assert.Contains("failed with exit code 1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("absent.yaml", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chart_is_rendered_with_its_values()
    {
        Assert.SkipUnless(new Tool("helm", "").IsInstalled, "helm is not in PATH");
        Write("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");
        Write("chart/templates/pod.yaml", Pod("web", "{{ .Values.tag }}"));
        Write("values.yaml", "tag: v3\n");
        var source = new HelmSource(Path.Combine(_folder.FullName, "chart"), [Path.Combine(_folder.FullName, "values.yaml")]);

        var finding = Assert.Single(ImageDiscovery.Find(await source.ReadAsync(CancellationToken.None)).Findings);

        Assert.Equal(("dst.example/web:v3", "shop/templates/pod.yaml"), (finding.Text, finding.Location.Template));
    }

    [Fact]
    public async Task Values_that_are_not_there_are_named_before_the_chart_is_rendered()
    {
        var source = new HelmSource(_folder.FullName, ["/nowhere/values.yaml"]);

        var exception = await Assert.ThrowsAsync<ManifestException>(() => source.ReadAsync(CancellationToken.None));

        Assert.Equal("--values /nowhere/values.yaml: there is no such file", exception.Message);
    }

    [Fact]
    public async Task A_program_that_is_missing_is_explained()
    {
        var tool = new Tool("promoter-no-such-program", "install it");

        var exception = await Assert.ThrowsAsync<ManifestException>(() => tool.RunAsync(["a b"], CancellationToken.None));

        Assert.Equal("cannot run promoter-no-such-program 'a b': promoter-no-such-program is not installed, or not in PATH: install it", exception.Message);
        Assert.False(tool.IsInstalled);
    }

    [Fact]
    public async Task A_program_that_is_cancelled_is_ended()
    {
        using var cancellation = new CancellationTokenSource();
        var running = new Tool("sleep", "").RunAsync(["600"], cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Only_what_changed_between_two_revisions_is_taken()
    {
        RequireKustomize();
        await CommitOverlayAsync("v1", "old");
        await CommitOverlayAsync("v2", "old");
        Write("overlay/kustomization.yaml", "this: is not committed\n");

        Assert.Equal(["dst.example/web:v2"], await ChangesAsync("HEAD~1..HEAD"));
        Assert.Equal(["dst.example/web:v2"], await ChangesAsync("HEAD~1...HEAD"));
        Assert.Equal(["dst.example/web:v1"], await ChangesAsync("HEAD..HEAD~1"));
        Assert.Empty(await ChangesAsync("HEAD..HEAD"));
        Assert.Single((await GitAsync("worktree", "list")).Split('\n'));
    }

    [Fact]
    public async Task An_overlay_that_is_new_is_taken_whole()
    {
        RequireKustomize();
        await InitAsync();
        Write("README", "empty");
        await GitAsync("add", ".");
        await GitAsync("commit", "-qm", "start");
        await CommitOverlayAsync("v1", "old");

        Assert.Equal(["dst.example/db:old", "dst.example/web:v1"], (await ChangesAsync("HEAD~1..")).Order());
    }

    [Theory]
    [InlineData("absent..HEAD")]
    [InlineData("--output=x..HEAD")]
    public async Task A_revision_that_is_not_there_is_named(string range)
    {
        RequireKustomize();
        await CommitOverlayAsync("v1", "old");

        var exception = await Assert.ThrowsAsync<ManifestException>(() => ChangesAsync(range));

        Assert.StartsWith($"git does not know the revision '{range.Split("..")[0]}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a..b..c")]
    public void What_is_no_range_is_refused(string text) => Assert.Throws<FormatException>(() => RevisionRange.Parse(text));

    private static void RequireKustomize()
    {
        Assert.SkipUnless(new Tool("kustomize", "").IsInstalled || new Tool("kubectl", "").IsInstalled, "neither kustomize nor kubectl is in PATH");
        Assert.SkipUnless(new Tool("git", "").IsInstalled, "git is not in PATH");
    }

    private static async Task<IEnumerable<string>> ImagesAsync(IManifestSource source) =>
        ImageDiscovery.Find(await source.ReadAsync(CancellationToken.None)).Findings.Select(f => f.Text);

    private static string Pod(string name, string tag = "1") =>
        $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n  containers:\n  - name: c\n    image: dst.example/{name}:{tag}\n";

    private async Task<IEnumerable<string>> ChangesAsync(string range)
    {
        var (before, after) = await new GitDiff(RevisionRange.Parse(range), Path.Combine(_folder.FullName, "overlay")).ReadAsync(CancellationToken.None);
        return GitDiff.Changes(ImageDiscovery.Find(before), ImageDiscovery.Find(after)).Findings.Select(f => f.Text);
    }

    private async Task CommitOverlayAsync(string web, string db)
    {
        await InitAsync();
        Write("overlay/pods.yaml", Pod("web", web) + "---\n" + Pod("db", db));
        Write("overlay/kustomization.yaml", "resources: [pods.yaml]\n");
        await GitAsync("add", ".");
        await GitAsync("commit", "-qm", $"web {web}");
    }

    private Task<string> InitAsync() => GitAsync("init", "-q");

    private Task<string> GitAsync(params string[] arguments) => new Tool("git", "").ReadTextAsync(
        ["-C", _folder.FullName, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", .. arguments], CancellationToken.None);

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
