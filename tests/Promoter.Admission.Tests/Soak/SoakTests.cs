using System.Collections.Concurrent;
using System.Globalization;
using Promoter.Admission.Tests.Support;
using Promoter.Emulator.Images;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Soak;

/// <summary>
/// Mixed traffic while the source, the target and the API server fail and replicas die. <c>make soak</c> runs it for ten minutes (PROMOTER_SOAK_MINUTES); without
/// that it ends after a number of rounds: memory is held to a limit and not to being flat, since so few say nothing about that, and a dead replica is noticed at
/// once, since it takes the kubelet's reports and half a minute to make up for pods that passed unseen.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>Enough for every fault once.</summary>
    private const int ShortBatches = 18;
    private const int RoundsPerBatch = 4;
    private const int BatchesPerDeath = 60;
    private const long MiB = 1 << 20;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<string, string> _wanted = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _foreseen = [];
    private readonly List<(TimeSpan At, long Resident, double Heap)> _samples = [];
    private int _created;

    [Fact]
    public async Task No_gate_sticks_no_copy_is_lost_and_memory_stays_flat()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the memory of a process is read from /proc");
        var minutes = double.TryParse(Environment.GetEnvironmentVariable("PROMOTER_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var asked) ? asked : 0;
        await using var cluster = await SoakCluster.StartAsync();
        cluster.Target.CreateRepository("shop/present");
        cluster.Target.Push("shop/present", SampleImages.Single("present"), "1");
        var started = TimeProvider.System.GetTimestamp();
        using var sampling = new CancellationTokenSource();
        var sampler = SampleAsync(cluster, sampling.Token);

        var batch = 0;
        for (; minutes > 0 ? TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(minutes) : batch < ShortBatches; batch++)
        {
            SoakFaults.Plant(cluster, batch);
            var death = batch % BatchesPerDeath == ShortBatches / 2 ? cluster.ReplaceReplicaAsync(isNoticed: minutes <= 0) : Task.CompletedTask;
            await Task.WhenAll([.. Enumerable.Range(batch * RoundsPerBatch, RoundsPerBatch).Select(number => RoundAsync(cluster, number)), death]);
        }

        SoakFaults.Clear(cluster);
        await UntilAllRanAsync(cluster);
        await sampling.CancelAsync();
        await sampler;
        output.WriteLine($"{batch} batches, {_created} pods, {cluster.FailedOpen} let through unseen, {_wanted.Count} images; memory: "
            + string.Join(", ", _samples.Where((_, i) => i % Math.Max(1, _samples.Count / 20) == 0).Select(s => $"{s.At.TotalSeconds:0} s {s.Resident / MiB}/{s.Heap / MiB:0.0} MiB")));

        Assert.Equal(_created, cluster.Ran);
        Assert.All(_wanted, image =>
        {
            Assert.Equal(image.Value, cluster.Target.DigestOf(image.Key, "1"));
            Assert.Empty(cluster.Target.FindProblems(image.Key, "1"));
        });
        Assert.All(_foreseen, repository => Assert.Null(cluster.Target.DigestOf(repository, "1")));
        await Eventually.TrueAsync(
            () => cluster.Server.List("/apis/coordination.k8s.io/v1/namespaces/promoter/leases").All(lease => lease.Label("promoter.dev/lease") != "promotion"), "a Lease of a copy was left behind");
        AssertMemory(isLong: minutes >= 5);
    }

    private async Task RoundAsync(SoakCluster cluster, int number)
    {
        var repository = $"shop/image-{number}";
        var image = cluster.Source.Push(repository, SampleImages.Single($"image-{number}"), "1");
        _wanted[repository] = image.Digest;
        // One is named by tag, one by digest, one at the source; all three are the same copy.
        string[] references = [$"{WebhookProcess.TargetHost}/{repository}:1", $"{WebhookProcess.TargetHost}/{repository}:1@{image.Digest}", $"source.example/{repository}:1"];
        for (var i = 0; i < references.Length; i++) await CreateAsync(cluster, $"web-{number}-{i}", references[i], $"{WebhookProcess.TargetHost}/shop/present:1");

        switch (number % 4)
        {
            case 0:
                var foreseen = $"shop/foreseen-{number}";
                cluster.Source.Push(foreseen, SampleImages.Single(foreseen), "1");
                _foreseen.Add(foreseen);
                var dryRun = Fixture.PodWith($"{WebhookProcess.TargetHost}/{foreseen}:1");
                dryRun["request"]!["dryRun"] = true;
                await cluster.ReviewAsync(dryRun);
                break;
            case 1:
                Assert.Empty((await cluster.ReviewAsync(Fixture.Review("update-pod-labels-only")))?.Patch ?? []);
                break;
            case 2:
                await cluster.ReviewAsync(Fixture.Review("update-pod-ephemeralcontainers"));
                break;
            default:
                // Never pushed: refused, or let through where nobody could tell.
                await cluster.ReviewAsync(Fixture.PodWith($"{WebhookProcess.TargetHost}/shop/never-pushed-{number}:1"));
                break;
        }
    }

    private async Task CreateAsync(SoakCluster cluster, string name, params string[] images)
    {
        try
        {
            await cluster.CreatePodAsync(name, images);
            Interlocked.Increment(ref _created);
        }
        catch (KubernetesException e) when (e.IsDenied)
        {
            // A source that answers nonsense is an answer by which a pod may be denied: its controller creates it again.
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            await CreateAsync(cluster, name, images);
        }
    }

    private async Task UntilAllRanAsync(SoakCluster cluster)
    {
        using var bound = new CancellationTokenSource(Patience);
        while (cluster.Ran < _created)
        {
            if (bound.IsCancellationRequested)
            {
                var waiting = cluster.WaitingPods.Select(pod => $"{pod.Name()}: gated {pod.Items("spec", "schedulingGates").Any()}, {string.Join(' ', pod.Items("spec", "containers").Select(c => c.Text("image")))}");
                Assert.Fail($"{_created - cluster.Ran} of {_created} pods did not get to run:\n{string.Join('\n', waiting)}\n{cluster.Output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }

    private async Task SampleAsync(SoakCluster cluster, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            var (resident, heap) = await cluster.MemoryAsync();
            _samples.Add((TimeProvider.System.GetElapsedTime(started), resident, heap));
            await Task.WhenAny(Task.Delay(SampleEvery, cancellationToken));
        }
        while (!cancellationToken.IsCancellationRequested);
    }

    private void AssertMemory(bool isLong)
    {
        Assert.All(_samples, sample => Assert.True(sample.Resident < 300 * MiB, $"{sample.Resident / MiB} MiB after {sample.At}"));
        if (!isLong) return;
        // The first quarter fills caches and pools. From then on the floor of the heap, which is what was not garbage, may not rise.
        var quarter = _samples.Count / 4;
        double Floor(IEnumerable<(TimeSpan At, long Resident, double Heap)> samples) => samples.Select(sample => sample.Heap).Order().Take(Math.Max(1, quarter / 4)).Average();
        var (early, late) = (Floor(_samples.Skip(quarter).Take(quarter)), Floor(_samples.TakeLast(quarter)));
        Assert.True(late < (early * 1.2) + (4 * MiB), $"the heap's floor rose from {early / MiB:0.0} to {late / MiB:0.0} MiB");
    }
}
