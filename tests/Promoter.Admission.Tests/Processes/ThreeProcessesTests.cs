using Promoter.Admission.Tests.Support;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Admission.Tests.Processes;

public sealed class ThreeProcessesTests
{
    private const int Pods = 50;

    [Fact]
    [Trait("Row", "50 pods ⇒ 1 copy over 3 replicas")]
    public async Task Three_processes_and_fifty_pods_of_one_image_make_one_copy_and_all_pods_are_released()
    {
        var held = new TaskCompletionSource();
        await using var cluster = await StartAsync(processes: 3, SampleImages.TwoPlatforms("web"), held.Task);
        Assert.Empty(cluster.Target.Requests.Writes());

        string[] names = [.. Enumerable.Range(0, Pods).Select(i => $"web-{i}")];
        await cluster.CreatePodsAsync(names, cluster.Image("shop/web:1.4.2"));
        Assert.Equal(names.Order(StringComparer.Ordinal), (await cluster.GatedAsync()).Order(StringComparer.Ordinal));
        held.SetResult();

        await cluster.UntilReleasedAsync(names);
        AssertOneCopy(cluster);
        // Every byte crossed once.
        Assert.All(
            cluster.Source.Requests.Where(EmulatedAction.GetBlob).GroupBy(request => request.Reference),
            blob => Assert.True(blob.Count(request => request.Status is 200 or 206 or 307) == 1, $"{blob.Key} was read {blob.Count()} times"));
    }

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_is_replaced_when_its_lease_runs_out()
    {
        var held = new TaskCompletionSource();
        await using var cluster = await StartAsync(processes: 3, SampleImages.TwoPlatforms("web"), held.Task);
        string[] names = [.. Enumerable.Range(0, Pods).Select(i => $"web-{i}")];
        await cluster.CreatePodsAsync(names, cluster.Image("shop/web:1.4.2"));
        await UntilCopyingAsync(cluster);

        var victim = (await cluster.CopierAsync())!;
        victim.Kill();
        await victim.WaitAsync();
        cluster.CutConnections();
        held.SetResult();

        await cluster.UntilReleasedAsync(names);
        AssertOneCopy(cluster);
    }

    [Fact]
    [Trait("Row", "SIGTERM mid-copy resumes")]
    public async Task A_process_that_is_asked_to_end_hands_its_copy_over_at_once_and_ends_well()
    {
        var held = new TaskCompletionSource();
        await using var cluster = await StartAsync(processes: 2, SampleImages.Single("web"), held.Task);
        await cluster.CreatePodsAsync(["web-0"], cluster.Image("shop/web:1.4.2"));
        await UntilCopyingAsync(cluster);

        var leaving = (await cluster.CopierAsync())!;
        await leaving.TerminateAsync();

        Assert.Equal(0, leaving.ExitCode);
        Assert.NotEqual(leaving, await cluster.CopierAsync());
        held.SetResult();
        await cluster.UntilReleasedAsync(["web-0"]);
        AssertOneCopy(cluster);
    }

    /// <summary>Processes that would all gate a pod of shop/web:1.4.2, whose blobs the source does not give out until it may.</summary>
    private static async Task<ProcessCluster> StartAsync(int processes, BuiltImage image, Task until)
    {
        var cluster = await ProcessCluster.StartAsync(processes);
        cluster.Source.Push("shop/web", image, "1.4.2");
        cluster.Source.Faults.Inject(Effect.Hold(until), request => request.Action is EmulatedAction.GetBlob, times: FaultScript.Always);
        await cluster.UntilAllGateAsync(cluster.Image("shop/web:1.4.2"));
        return cluster;
    }

    private static Task UntilCopyingAsync(ProcessCluster cluster) => Eventually.TrueAsync(
        async () => await cluster.CopierAsync() is not null && cluster.Source.Requests.Count(EmulatedAction.GetBlob) > 0, "nobody copies", TimeSpan.FromSeconds(60));

    // One commit of each part, whoever made it.
    private static void AssertOneCopy(ProcessCluster cluster)
    {
        var writes = cluster.Target.Requests.Writes().Where(request => request.Status is >= 200 and < 300).ToList();
        Assert.NotEmpty(writes);
        foreach (var part in writes.Where(request => request.Action is EmulatedAction.PutManifest or EmulatedAction.PutTag or EmulatedAction.FinishUpload).GroupBy(request => (request.Action, request.Reference)))
        {
            Assert.True(part.Count() == 1, $"{part.Key} was written {part.Count()} times:\n{cluster.Target.Requests}");
        }

        Assert.Contains(writes, request => request.Action is EmulatedAction.PutTag && request.Reference == "1.4.2");
    }
}
