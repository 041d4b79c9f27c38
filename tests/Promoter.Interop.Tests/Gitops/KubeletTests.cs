using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>
/// The rendered hook Job under the restrictions that its own manifest sets: its user, a read-only root with a writable /tmp, no privilege to gain, no variable but those of
/// the manifest (so no HOME), and registries in the cluster that speak plain HTTP because its configuration says so.
/// </summary>
public sealed class KubeletTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        _source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_promotes_as_its_own_user_on_a_read_only_root_without_a_home()
    {
        var result = await RunAsync("shop/web:1");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(_target.FindProblems("shop/web", "1"));
        Assert.StartsWith("1 promoted; ", result.Text.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_image_blocks_the_sync_with_an_exit_code_that_fails_the_job_at_once()
    {
        var result = await RunAsync("shop/missing:1");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Empty(HookRun.ContentOf(_target));
        Assert.StartsWith("failed (exit code 3), no tag has moved", result.Text.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    private async Task<ProgramResult> RunAsync(string image)
    {
        Toolbox.RequireRoot();
        foreach (var program in (string[])["unshare", "setpriv", "mount", "env"]) Toolbox.Require(program);
        var values = _folder.Write("values.yaml", $"""
            image: {"{"}repository: promoter{"}"}
            images: ['{_target.ReferenceHost}/{image}']
            config:
              rules: [{"{"}name: apps, source: '{_source.ReferenceHost}', target: '{_target.ReferenceHost}'{"}"}]
              registries: [{"{"}host: '{_source.ReferenceHost}', plainHttp: true{"}"}, {"{"}host: '{_target.ReferenceHost}', plainHttp: true{"}"}]
            """);
        var rendered = (await HelmChart.Named("promoter-job").TemplateAsync("--values", values)).Only("Job");
        var job = new HookJob(rendered);
        // The kubelet mounts the annotation as the volume says.
        var config = _folder.Write("config.yaml", (string)rendered["spec"]!["template"]!["metadata"]!["annotations"]!["promoter.dev/config"]!);
        using var run = new HookRun(job);
        var (user, dotnet) = ((long)job.PodSpec["securityContext"]!["runAsUser"]!, Toolbox.Require("dotnet"));
        var arguments = run.Arguments().Select(a => a == "/etc/promoter/config.yaml" ? "/tmp/config.yaml" : a);
        var variables = run.Variables().Append(new("DOTNET_ROOT", Path.GetDirectoryName(new FileInfo(dotnet).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? dotnet)!)).Select(v => $"{v.Key}={v.Value}");
        // The program is bound to /mnt first: /tmp, which becomes the container's own, may be where the repository lies.
        const string container = "program=$1 && shift && mount --make-rprivate / && mount --bind \"$program\" /mnt && cp \"$0\" /dev/shm/$$ && mount -t tmpfs tmpfs /tmp && mv /dev/shm/$$ /tmp/config.yaml && chmod 0644 /tmp/config.yaml && mount -o remount,bind,ro / && cd / && exec \"$@\"";
        return await new ExternalProgram(Toolbox.Require("unshare")).TryRunAsync(
            ["--mount", "sh", "-c", container, config, Path.GetDirectoryName(PromoterProcess.ProgramPath())!, "setpriv", "--reuid", $"{user}", "--regid", $"{user}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all",
                "env", "-i", .. variables, dotnet, "/mnt/promoter.dll", .. arguments]);
    }
}
