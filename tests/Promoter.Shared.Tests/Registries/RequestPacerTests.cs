using System.Net;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

public sealed class RequestPacerTests
{
    private static readonly RegistryClientOptions Options = new() { RetryDelay = TimeSpan.FromMilliseconds(500), RetryLimit = TimeSpan.FromMinutes(5) };
    private readonly ManualTime _time = new();

    [Fact]
    public void Without_a_quota_nothing_waits()
    {
        var pacer = Pacer(null);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(Passes(pacer)));
    }

    [Fact]
    public void A_quota_lets_its_burst_pass_and_then_its_rate()
    {
        var pacer = Pacer(10);

        Assert.Equal(10, PassingNow(pacer));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(5, PassingNow(pacer));
    }

    [Fact]
    public async Task A_request_over_the_quota_waits_for_its_turn()
    {
        var pacer = Pacer(2);
        _ = PassingNow(pacer);

        var waiting = pacer.WaitAsync(RegistryAction.WriteManifest, TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(500));

        await waiting;
    }

    [Fact]
    public void Actions_have_quotas_of_their_own()
    {
        var pacer = new RequestPacer(action => action == RegistryAction.WriteManifest ? 1 : null, Options, _time);
        _ = PassingNow(pacer);

        Assert.False(Passes(pacer));
        Assert.True(Passes(pacer, RegistryAction.ReadBlob));
    }

    [Fact]
    public void A_429_pauses_everyone_for_as_long_as_the_registry_asks()
    {
        var pacer = Pacer(null);

        pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7));

        Assert.False(Passes(pacer));
        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(Passes(pacer));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(Passes(pacer));
    }

    [Fact]
    public void A_429_without_Retry_After_pauses_twice_the_retry_delay()
    {
        var pacer = Pacer(null);

        pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.TooManyRequests, null);

        Assert.False(Passes(pacer));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Passes(pacer));
    }

    [Fact]
    public void A_pause_that_nobody_would_wait_for_is_not_imposed_on_others()
    {
        var pacer = Pacer(null);

        pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1));

        Assert.True(Passes(pacer));
    }

    [Fact]
    public void A_429_halves_the_rate_once_per_burst_of_answers_and_quiet_restores_it()
    {
        var pacer = Pacer(10);
        _ = PassingNow(pacer);
        for (var i = 0; i < 20; i++) pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.ServiceUnavailable, null);

        _time.Advance(TimeSpan.FromSeconds(1));
        var halved = PassingNow(pacer);
        _time.Advance(TimeSpan.FromSeconds(60));
        var restored = PassingNow(pacer);

        Assert.InRange(halved, 5, 7);
        Assert.Equal(10, restored);
    }

    [Fact]
    public void Without_a_quota_the_rate_at_which_the_registry_refused_is_halved_and_forgotten_when_all_goes_well()
    {
        var pacer = Pacer(null);
        for (var i = 0; i < 40; i++) Assert.True(Passes(pacer));
        pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.ServiceUnavailable, null);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.InRange(PassingNow(pacer), 1, 25);
        for (var i = 0; i < 30; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _ = Passes(pacer);
        }

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(Passes(pacer)));
    }

    [Fact]
    public void However_often_it_is_refused_some_requests_still_pass()
    {
        var pacer = Pacer(10);
        for (var i = 0; i < 50; i++)
        {
            pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.ServiceUnavailable, null);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(Passes(pacer));
    }

    [Fact]
    public async Task Waiting_ends_with_the_callers_cancellation()
    {
        var pacer = Pacer(null);
        pacer.Throttled(RegistryAction.WriteManifest, HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7));
        using var caller = new CancellationTokenSource();

        var waiting = pacer.WaitAsync(RegistryAction.WriteManifest, caller.Token).AsTask();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private RequestPacer Pacer(double? quota) => new(_ => quota, Options, _time);

    private static bool Passes(RequestPacer pacer, RegistryAction action = RegistryAction.WriteManifest)
    {
        using var stop = new CancellationTokenSource();
        var waiting = pacer.WaitAsync(action, stop.Token).AsTask();
        if (waiting.IsCompletedSuccessfully) return true;
        stop.Cancel();
        return false;
    }

    private static int PassingNow(RequestPacer pacer)
    {
        var passed = 0;
        while (passed < 10_000 && Passes(pacer)) passed++;
        return passed;
    }
}
