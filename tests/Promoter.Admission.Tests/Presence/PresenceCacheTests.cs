using Promoter.Admission.Presence;
using Promoter.Admission.Telemetry;
using Promoter.Admission.Tests.Support;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Presence;

public sealed class PresenceCacheTests : IDisposable
{
    private static readonly ImageReference Image = ImageReference.Parse("registry.example.com/shop/web:1");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly ManualTime _time = new();
    private readonly AdmissionMeters _meters = new();
    private readonly FakeEngine _engine = new();
    private readonly PresenceCache _cache;

    public PresenceCacheTests() => _cache = new PresenceCache(_engine.CheckAsync, () => new CacheTimes(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5)), _meters, _time);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task A_present_image_is_remembered_for_minutes_and_then_asked_again()
    {
        _engine.Has(Image.ToString());
        await _cache.GetAsync(Image, Patience, CancellationToken.None);

        _time.Advance(TimeSpan.FromMinutes(9));
        await _cache.GetAsync(Image, Patience, CancellationToken.None);
        Assert.Equal(1, _engine.Checks);

        _time.Advance(TimeSpan.FromMinutes(2));
        await _cache.GetAsync(Image, Patience, CancellationToken.None);
        Assert.Equal(2, _engine.Checks);
    }

    [Fact]
    public async Task A_missing_image_is_remembered_for_seconds()
    {
        await _cache.GetAsync(Image, Patience, CancellationToken.None);
        await _cache.GetAsync(Image, Patience, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(6));

        await _cache.GetAsync(Image, Patience, CancellationToken.None);

        Assert.Equal(2, _engine.Checks);
    }

    [Fact]
    public async Task A_fault_is_never_remembered()
    {
        _engine.TargetFault = _ => new ImageFault(ImageFaultKind.Throttled, Side.Target, "slow down");
        Assert.IsType<PresenceAnswer.Unknown>(await _cache.GetAsync(Image, Patience, CancellationToken.None));
        _engine.TargetFault = _ => null;
        _engine.Has(Image.ToString());

        Assert.IsType<PresenceAnswer.Present>(await _cache.GetAsync(Image, Patience, CancellationToken.None));
    }

    [Fact]
    public async Task Fifty_pods_at_once_ask_once()
    {
        var held = new TaskCompletionSource();
        _engine.LookingUp = _ => held.Task;
        _engine.Has(Image.ToString());

        var answers = Enumerable.Range(0, 50).Select(_ => _cache.GetAsync(Image, Patience, CancellationToken.None).AsTask()).ToList();
        held.SetResult();

        Assert.All(await Task.WhenAll(answers), answer => Assert.IsType<PresenceAnswer.Present>(answer));
        Assert.Equal(1, _engine.Checks);
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_time_out_and_the_look_up_still_serves_the_next()
    {
        var held = new TaskCompletionSource();
        _engine.LookingUp = _ => held.Task;
        _engine.Has(Image.ToString());

        var impatient = _cache.GetAsync(Image, Patience, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(3));
        var late = Assert.IsType<PresenceAnswer.Unknown>(await impatient);
        var next = _cache.GetAsync(Image, Patience, CancellationToken.None).AsTask();
        held.SetResult();

        Assert.Equal(ImageFaultKind.TimedOut, late.Fault.Kind);
        Assert.IsType<PresenceAnswer.Present>(await next);
        Assert.Equal(1, _engine.Checks);
    }

    [Fact]
    public async Task A_dropped_image_is_asked_again()
    {
        _engine.Has(Image.ToString());
        await _cache.GetAsync(Image, Patience, CancellationToken.None);
        _engine.Target.Clear();

        _cache.Drop(Image);

        Assert.IsType<PresenceAnswer.Missing>(await _cache.GetAsync(Image, Patience, CancellationToken.None));
    }
}
