using Microsoft.Extensions.Logging;
using Promoter.Copying;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Aws;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Copying;

/// <summary>A transfer that makes no progress is named while it hangs, and the idle time-out ends it.</summary>
public sealed class TransferWatchTests
{
    private static readonly Descriptor Blob = new(MediaTypes.OciLayerGzip, Digest.Of("blob"u8), 1000);
    private readonly ManualTime _time = new();
    private readonly RecordingLogger<TransferWatch> _logger = new();

    [Fact]
    public void A_transfer_that_moves_is_not_mentioned()
    {
        using var watch = Watch();

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            watch.Moved(100);
        }

        Assert.Empty(_logger.Entries);
    }

    [Fact]
    public void Silence_is_reported_with_blob_places_bytes_and_time()
    {
        using var watch = Watch();
        watch.Moved(300);

        _time.Advance(TimeSpan.FromSeconds(10));

        var (level, text) = Assert.Single(_logger.Entries);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Equal($"Blob {Blob.Digest} from source.example/shop/web to target.example/shop/web has moved no byte for 10 s: 300 of 1000 bytes are across", text);
    }

    [Fact]
    public void Silence_that_lasts_is_reported_once_per_period_and_its_end_is_too()
    {
        using var watch = Watch();

        _time.Advance(TimeSpan.FromSeconds(39));
        watch.Moved(1);
        watch.Moved(1);

        Assert.Equal([LogLevel.Warning, LogLevel.Warning, LogLevel.Warning, LogLevel.Information], _logger.Entries.Select(e => e.Level));
        Assert.EndsWith("moves again after 39 s", _logger.Entries.Last().Text);
    }

    [Fact]
    public void A_target_that_does_not_confirm_is_told_from_one_that_takes_nothing()
    {
        using var watch = Watch();
        watch.Moved(1000);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Contains("was not confirmed for 10 s: all 1000 bytes are sent", Assert.Single(_logger.Entries).Text);
    }

    [Fact]
    public void What_has_ended_is_not_watched_any_more()
    {
        Watch().Dispose();

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(_logger.Entries);
    }

    [Theory]
    [InlineData(EmulatedAction.GetBlob)]
    [InlineData(EmulatedAction.FinishUpload)]
    public async Task A_promotion_that_hangs_says_which_blob_and_goes_on_when_it_can(EmulatedAction where)
    {
        await using var scene = await Scene.StartAsync();
        using var log = new RecordingLoggers();
        scene.Loggers = log;
        scene.Options = scene.Options with { StallWarning = TimeSpan.FromMilliseconds(40) };
        var image = scene.Given(SampleImages.Single("web", layers: 1));
        var layer = image.Blobs.Keys.Last();
        var gate = new TaskCompletionSource();
        scene.Faults.Inject(Effect.Hold(gate.Task), where, reference: layer);

        var running = scene.PromoteAsync();
        await Eventually.TrueAsync(() => log.Warnings.Any(w => w.Contains(layer) && w.Contains("has moved no byte") || w.Contains("was not confirmed")), "the transfer that stands is not named");
        gate.SetResult();

        Assert.Equal(ExitCode.Done, (await running).ExitCode);
    }

    [Fact]
    public async Task A_transfer_that_hangs_for_good_is_reported_and_then_ended_by_the_idle_time_out()
    {
        await using var scene = await Scene.StartAsync();
        using var log = new RecordingLoggers();
        scene.Loggers = log;
        scene.Options = Scene.ShortTimeouts with { Retries = 1, StallWarning = TimeSpan.FromMilliseconds(40) };
        var image = scene.Given(new ImageBuilder().WithRandomLayer(5000, 1).Build());
        var layer = image.Blobs.Keys.Last();
        scene.Faults.Inject(Effect.Stall(BodyPosition.Percent(50)), EmulatedAction.GetBlob, reference: layer, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Contains(log.Warnings, w => w.Contains(layer) && w.Contains("has moved no byte"));
        Assert.Contains("no byte came", report.Images[0].Failure!.Message);
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
    }

    private TransferWatch Watch() => new(
        new ImageCopy
        {
            Source = new FakeRepository("source.example", "shop/web", Side.Source),
            Target = new FakeRepository("target.example", "shop/web", Side.Target),
            Closure = new ImageClosure { Root = ManifestReader.Read("""{"schemaVersion":2,"layers":[]}"""u8.ToArray()), Manifests = [], Blobs = [] },
            MissingBlobs = [Blob],
            MissingManifests = [],
            Tags = [],
        },
        Blob,
        new RegistryClientOptions(),
        _time,
        _logger);
}
