using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>A blob whose upload waits for its download is read in several ranges at once: in order, exact, within bounds, and resumed range by range.</summary>
public sealed class RangeReadTests
{
    private const int RangeSize = 64 * 1024;
    private const int Size = (20 * RangeSize) + 12_345;
    private static readonly SyntheticBlob Layer = new(Size, seed: 42);

    // Every source counts as slow, so that nothing depends on the machine; when one is slow is the matter of ReadPaceTests.
    private static readonly ReadAheadOptions Always = new()
    {
        RangeSize = RangeSize,
        RangesPerBlob = 4,
        Memory = 4 * RangeSize,
        Evidence = RangeSize,
        SlowShare = 0,
        FastEnough = double.PositiveInfinity,
        EnoughDownloads = int.MaxValue,
    };

    [Fact]
    public async Task The_rest_of_a_slow_blob_comes_in_ranges_that_cover_it_once()
    {
        await using var scene = await StartAsync();

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
        var reads = scene.Requests.All.Where(IsLayer).ToList();
        Assert.Null(reads[0].Range);
        AssertContiguous(reads.Skip(1));
    }

    [Fact]
    public async Task The_upload_never_notices_in_which_order_ranges_arrive()
    {
        await using var scene = await StartAsync();
        // The first three ranges answer late, so that later ones are there before them.
        scene.Faults.Inject(Effect.Status(503), IsRange, times: 3);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_fast_source_is_read_over_one_connection()
    {
        await using var scene = await StartAsync();
        scene.Options = Scene.FastRetries with { ReadAhead = Always with { SlowShare = 0.75, FastEnough = new ReadAheadOptions().FastEnough } };
        // The clock stands still: every read takes no time at all.
        scene.Time = new ManualTime();

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Single(scene.Requests.All, IsLayer);
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(5000, false)]
    public async Task A_paced_source_is_split_exactly_if_it_keeps_the_upload_waiting(long bytesPerMillisecond, bool isSplit)
    {
        await using var scene = await StartAsync();
        var time = new ManualTime();
        var options = Scene.FastRetries with { ReadAhead = Always with { SlowShare = 0.75, FastEnough = 1_000_000 } };
        using var clients = scene.Clients();
        var source = new PacedRepository(clients.Repository(scene.Source.ReferenceHost, Scene.Repository, Side.Source), time, bytesPerMillisecond);
        var blob = new Descriptor("", Digest.Parse(Layer.Digest), Size);
        var shared = new ReadAhead(options.ReadAhead);
        await using var reader = new BlobReader(source, blob, options, time, NullLogger.Instance, readAhead: shared);

        await scene.TargetRepository().PushBlobAsync(blob, reader, mountFrom: null, TestContext.Current.CancellationToken);

        Assert.Contains(Layer.Digest, scene.Target.BlobsOf(Scene.Repository));
        Assert.Equal(isSplit, scene.Requests.All.Any(IsRange));
    }

    [Fact]
    public async Task A_source_that_falls_silent_after_a_burst_is_split_before_it_speaks_again()
    {
        await using var scene = await StartAsync();
        var time = new ManualTime();
        var options = Scene.FastRetries with { ReadAhead = Always with { SlowShare = 0.75 } };
        using var clients = scene.Clients();
        var source = new SilentRepository(clients.Repository(scene.Source.ReferenceHost, Scene.Repository, Side.Source), time, burst: Size / 2);
        var blob = new Descriptor("", Digest.Parse(Layer.Digest), Size);
        await using var reader = new BlobReader(source, blob, options, time, NullLogger.Instance, readAhead: new ReadAhead(options.ReadAhead));

        await scene.TargetRepository().PushBlobAsync(blob, reader, mountFrom: null, TestContext.Current.CancellationToken);

        Assert.True(source.IsAskedForRange);
        Assert.Contains(Layer.Digest, scene.Target.BlobsOf(Scene.Repository));
    }

    [Fact]
    public async Task Downloads_that_share_what_the_machine_gives_are_read_over_one_connection_each()
    {
        await using var scene = await Scene.StartAsync();
        var layers = Enumerable.Range(0, 6).Select(i => new SyntheticBlob(Size, seed: 200 + i)).ToList();
        scene.Given(layers.Aggregate(new ImageBuilder(), (image, layer) => image.WithLayer(layer)).Build());
        // One clock for all: each of them gets a sixth of three megabytes a second.
        var time = new ManualTime();
        var options = Scene.FastRetries with { ReadAhead = Always with { Evidence = Size / 2, SlowShare = 0.75, FastEnough = 1_000_000 } };
        using var clients = scene.Clients();
        var source = new PacedRepository(clients.Repository(scene.Source.ReferenceHost, Scene.Repository, Side.Source), time, bytesPerMillisecond: 3000);
        var shared = new ReadAhead(options.ReadAhead);

        await Task.WhenAll(layers.Select(async layer =>
        {
            var blob = new Descriptor("", Digest.Parse(layer.Digest), Size);
            await using var reader = new BlobReader(source, blob, options, time, NullLogger.Instance, readAhead: shared);
            await scene.TargetRepository().PushBlobAsync(blob, reader, mountFrom: null, TestContext.Current.CancellationToken);
        }));

        Assert.Equal(6, scene.Requests.All.Count(r => r.Action == EmulatedAction.GetBlob));
        Assert.DoesNotContain(scene.Requests.All, r => r.Action == EmulatedAction.GetBlob && r.Range is not null);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Many_slow_downloads_are_connections_enough(int downloads, bool areSplit)
    {
        await using var scene = await Scene.StartAsync();
        var layers = Enumerable.Range(0, downloads).Select(i => new SyntheticBlob(Size, seed: 300 + i)).ToList();
        scene.Given(layers.Aggregate(new ImageBuilder(), (image, layer) => image.WithLayer(layer)).Build());
        var options = Scene.FastRetries with { ReadAhead = Always with { EnoughDownloads = 4 } };
        using var clients = scene.Clients();
        var source = clients.Repository(scene.Source.ReferenceHost, Scene.Repository, Side.Source);
        var shared = new ReadAhead(options.ReadAhead);
        // All of them begin before the first byte is read, and end after the last.
        var readers = layers.Select(l => new BlobReader(source, new Descriptor("", Digest.Parse(l.Digest), Size), options, TimeProvider.System, NullLogger.Instance, readAhead: shared)).ToList();

        await Task.WhenAll(readers.Select(reader => scene.TargetRepository().PushBlobAsync(reader.Blob, reader, mountFrom: null, TestContext.Current.CancellationToken)));

        Assert.Equal(areSplit, scene.Requests.All.Any(r => r.Action == EmulatedAction.GetBlob && r.Range is not null));
        foreach (var reader in readers) await reader.DisposeAsync();
        Assert.Equal(0, shared.Traffic.Downloads);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("truncation")]
    [InlineData("stall")]
    [InlineData("500")]
    public async Task A_range_that_breaks_goes_on_by_itself(string trouble)
    {
        await using var scene = await StartAsync();
        if (trouble == "stall") scene.Options = Scene.ShortTimeouts with { ReadAhead = Always };
        var half = BodyPosition.Percent(50);
        var effect = trouble switch { "reset" => Effect.Reset(half), "truncation" => Effect.Truncate(half), "stall" => Effect.Stall(half), _ => Effect.Status(500) };
        scene.Faults.Inject(effect, IsRange, first: 3);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        var broken = Assert.Single(scene.Requests.All, r => IsRange(r) && r.Fault is not null);
        var again = Assert.Single(scene.Requests.All, r => IsRange(r) && r != broken && EndOf(r) == EndOf(broken));
        Assert.InRange(StartOf(again), StartOf(broken), EndOf(broken));
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Fact]
    public async Task A_range_whose_URL_has_expired_gets_a_fresh_redirect()
    {
        await using var scene = await Scene.StartEcrAsync();
        Given(scene);
        scene.Faults.Inject(Effect.ExpiredUrl, r => r.Action == EmulatedAction.GetLayer && r.Reference == Layer.Digest && r.Range is not null, first: 2, times: 2);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        var redirects = scene.Requests.Count(EmulatedAction.GetBlob, reference: Layer.Digest);
        Assert.Equal(redirects, scene.Requests.Count(EmulatedAction.GetLayer, reference: Layer.Digest));
        Assert.Equal(2, scene.Requests.All.Count(r => r.Action == EmulatedAction.GetLayer && r.Status == 403));
    }

    [Fact]
    public async Task A_source_that_ignores_Range_is_asked_for_one_and_read_on_over_its_first_connection()
    {
        await using var scene = await StartAsync();
        scene.Source.Behaviour.HonoursRange = false;

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Equal(2, scene.Requests.All.Count(IsLayer));
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Fact]
    public async Task A_source_that_stops_to_serve_ranges_is_read_to_its_end_all_the_same()
    {
        await using var scene = await StartAsync();
        var ranges = 0;
        using var clients = scene.Clients();
        var blob = new Descriptor("", Digest.Parse(Layer.Digest), Size);
        var source = new FickleRepository(clients.Repository(scene.Source.ReferenceHost, Scene.Repository, Side.Source), () => Interlocked.Increment(ref ranges) <= 5);
        await using var reader = new BlobReader(source, blob, scene.Options, TimeProvider.System, NullLogger.Instance, readAhead: new ReadAhead(Always));

        await scene.TargetRepository().PushBlobAsync(blob, reader, mountFrom: null, TestContext.Current.CancellationToken);

        Assert.Contains(Layer.Digest, scene.Target.BlobsOf(Scene.Repository));
        Assert.True(ranges > 5, $"{ranges} ranges");
    }

    [Fact]
    public async Task A_source_that_fails_for_good_in_a_range_fails_the_image_and_gives_its_memory_back()
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.Status(500), IsRange, first: 4, times: FaultScript.Always);

        var (report, memory) = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
        AssertAllFree(memory);
    }

    [Fact]
    public async Task Wrong_bytes_in_a_range_are_read_again_and_never_stored()
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.LastByte), IsRange, first: 5);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Equal(2, scene.Requests.All.Count(r => IsLayer(r) && r.Range is null));
    }

    [Fact]
    public async Task An_upload_in_chunks_that_goes_back_reads_its_ranges_again()
    {
        await using var scene = await StartAsync();
        scene.Options = scene.Options with { ChunkedUploadThreshold = Size / 2, ChunkSize = 6 * RangeSize };
        scene.Faults.Inject(Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.WriteChunk, first: 3);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task Downloads_share_one_bounded_memory_and_go_on_where_there_is_none()
    {
        await using var scene = await Scene.StartAsync();
        scene.Options = Scene.FastRetries with { ReadAhead = Always with { RangesPerBlob = 8, Memory = 3 * RangeSize } };
        var image = new ImageBuilder();
        for (var i = 0; i < 6; i++) image = image.WithLayer(new SyntheticBlob(Size, seed: 100 + i));
        scene.Given(image.Build());

        var (report, memory) = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.InRange(memory.Peak, 1, 3);
        AssertAllFree(memory);
    }

    private static async Task<(PromotionReport Report, ReadAheadMemory Memory)> PromoteAsync(Scene scene)
    {
        var clients = scene.Clients();
        var plan = await new PromotionPlanner(clients).PlanAsync([scene.Request()], [], TestContext.Current.CancellationToken);
        var executor = new PromotionExecutor(clients, scene.Options, scene.Run, scene.Observer, scene.Time, scene.Loggers);
        return (await executor.ExecuteAsync(plan, TestContext.Current.CancellationToken), clients.ReadAhead.Memory);
    }

    private static void AssertAllFree(ReadAheadMemory memory)
    {
        var free = 0;
        while (memory.TryTake() is not null) free++;
        Assert.Equal(memory.Limit, free);
    }

    private static void AssertContiguous(IEnumerable<RecordedRequest> ranges)
    {
        var sorted = ranges.OrderBy(StartOf).ToList();
        Assert.NotEmpty(sorted);
        foreach (var (one, next) in sorted.Zip(sorted.Skip(1)))
        {
            Assert.Equal(EndOf(one) + 1, StartOf(next));
            Assert.Equal(RangeSize, EndOf(one) - StartOf(one) + 1);
        }

        // The last one may ask for everything that is left.
        Assert.InRange(Size - StartOf(sorted[^1]), 1, RangeSize);
    }

    private static bool IsLayer(RecordedRequest request) => request.Action == EmulatedAction.GetBlob && request.Reference == Layer.Digest;

    private static bool IsRange(RecordedRequest request) => IsLayer(request) && request.Range is not null;

    private static long StartOf(RecordedRequest request) => long.Parse(request.Range!["bytes=".Length..].Split('-')[0]);

    private static long EndOf(RecordedRequest request) => request.Range!.Split('-')[1] is { Length: > 0 } end ? long.Parse(end) : Size - 1;

    private static async Task<Scene> StartAsync()
    {
        var scene = await Scene.StartAsync();
        Given(scene);
        return scene;
    }

    private static void Given(Scene scene)
    {
        scene.Options = Scene.FastRetries with { ReadAhead = Always };
        scene.Given(new ImageBuilder().WithLayer(Layer).Build());
    }
}
