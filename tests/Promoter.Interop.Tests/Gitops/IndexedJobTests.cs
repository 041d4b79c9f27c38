using System.Diagnostics;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>The chart's Indexed Job, with a process in the place of each pod.</summary>
public sealed class IndexedJobTests : IAsyncLifetime
{
    private const int Shards = 3;
    private const int Images = 9;

    private readonly TemporaryFolder _folder = new();
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        for (var i = 0; i < Images; i++) _source.Push($"shop/app{i}", SampleImages.Single($"app{i}"), "1");
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_pod_that_is_lost_in_the_middle_keeps_every_tag_back_and_its_replacement_finishes_the_run()
    {
        using var job = new HookRun(await RenderAsync());
        // A shard that has something to do, held at the last of its uploads.
        var lost = OwnerOf(0);
        var hold = new TaskCompletionSource();
        _target.Faults.Inject(Effect.Hold(hold.Task), EmulatedAction.PutManifest, repository: "shop/app0", times: 1);

        var others = Enumerable.Range(0, Shards).Where(i => i != lost).Select(job.StartPod).ToList();
        await using (var pod = job.StartPod(lost))
        {
            await _target.Requests.WaitForAsync(r => r.Action == EmulatedAction.PutManifest && r.Repository == "shop/app0", TestContext.Current.CancellationToken);
            foreach (var other in others) await other.WaitForLineAsync(line => line.Contains("other shards bring", StringComparison.Ordinal));
            using var process = Process.GetProcessById(pod.ProcessId);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var whileLost = HookRun.ContentOf(_target);
        // Kubernetes starts a new pod with the same index.
        await using var replacement = job.StartPod(lost);
        foreach (var pod in others.Append(replacement)) await pod.WaitForLineAsync(line => line.Contains("copied in", StringComparison.Ordinal));

        Assert.Empty(whileLost);
        Assert.Equal(Images, HookRun.ContentOf(_target).Count);
        for (var i = 0; i < Images; i++) Assert.Empty(_target.FindProblems($"shop/app{i}", "1"));
        Assert.All(others.Append(replacement), pod => Assert.DoesNotContain(pod.Lines, line => line.Contains("failed (exit code", StringComparison.Ordinal)));
        hold.SetResult();
        foreach (var pod in others) await pod.DisposeAsync();
    }

    [Fact]
    public async Task Every_pod_takes_a_share_of_its_own_and_no_blob_crosses_twice()
    {
        using var job = new HookRun(await RenderAsync());
        var pods = Enumerable.Range(0, Shards).Select(job.StartPod).ToList();

        foreach (var pod in pods) await pod.WaitForLineAsync(line => line.Contains("copied in", StringComparison.Ordinal));

        Assert.Equal(Images, HookRun.ContentOf(_target).Count);
        Assert.Equal(Images, pods.Sum(p => p.Lines.Count(line => line.StartsWith("promoted", StringComparison.Ordinal))));
        Assert.All(_source.Requests.All.Where(r => r.Action == EmulatedAction.GetBlob).CountBy(r => (r.Repository, r.Reference)), blob => Assert.Equal(1, blob.Value));
        foreach (var pod in pods) await pod.DisposeAsync();
    }

    [Fact]
    public async Task An_image_that_the_source_does_not_have_fails_every_pod_with_its_exit_code_and_moves_no_tag()
    {
        using var job = new HookRun(await RenderAsync($"{_target.ReferenceHost}/shop/missing:1"));
        var pods = Enumerable.Range(0, Shards).Select(job.StartPod).ToList();

        foreach (var pod in pods) await pod.WaitForLineAsync(line => line.StartsWith("failed (exit code 3), no tag has moved", StringComparison.Ordinal));

        Assert.Empty(HookRun.ContentOf(_target));
        foreach (var pod in pods) await pod.DisposeAsync();
    }

    private int OwnerOf(int image) => Enumerable.Range(0, Shards).Single(i => new Shard(i, Shards).Owns(Digest.Parse(_source.DigestOf($"shop/app{image}", "1")!)));

    private async Task<HookJob> RenderAsync(params string[] more)
    {
        var values = _folder.Write("values.yaml", $"""
            shards: {Shards}
            image: {"{"}repository: {_target.ReferenceHost}/promoter{"}"}
            from: {_source.ReferenceHost}
            to: {_target.ReferenceHost}
            log: {"{"}format: text{"}"}
            images: [{string.Join(", ", Enumerable.Range(0, Images).Select(i => $"'{_target.ReferenceHost}/shop/app{i}:1'").Concat(more.Select(m => $"'{m}'")))}]
            """);
        return new HookJob((await HelmChart.Named("promoter-job").TemplateAsync("--values", values)).Only("Job"));
    }
}
