using Promoter.Registries;

namespace Promoter.Tests.Registries;

/// <summary>Whether a download is split is decided by who waits for whom, on a clock that the test moves.</summary>
public sealed class ReadPaceTests
{
    private static readonly ReadAheadOptions Options = new() { Evidence = 2000, SlowShare = 0.75, FastEnough = 1_000_000 };
    private readonly ManualTime _time = new();
    private long _readByAll;

    [Fact]
    public void A_source_that_keeps_its_upload_waiting_is_slow_once_there_is_evidence()
    {
        var pace = Pace(Options);

        Stream(pace, bytes: 1900, reading: 9, writing: 1);
        Assert.False(pace.IsSlow);

        Stream(pace, bytes: 200, reading: 9, writing: 1);
        Assert.True(pace.IsSlow);
        Assert.InRange(pace.BytesPerSecond, 9_900, 10_100);
    }

    [Fact]
    public void A_target_that_is_slower_than_its_source_needs_no_second_connection()
    {
        var pace = Pace(Options);

        Stream(pace, bytes: 10_000, reading: 1, writing: 9);

        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void A_source_that_takes_most_of_the_time_but_not_enough_of_it_is_not_slow()
    {
        var pace = Pace(Options);

        Stream(pace, bytes: 10_000, reading: 7, writing: 3);

        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void A_fast_source_is_not_split_although_its_upload_waits()
    {
        var pace = Pace(Options with { FastEnough = 9_000 });

        Stream(pace, bytes: 10_000, reading: 9, writing: 1);

        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void A_slow_connection_is_not_split_where_all_of_them_together_are_fast()
    {
        var pace = Pace(Options with { FastEnough = 50_000 });

        // Nine others, each as slow as this one.
        Stream(pace, bytes: 10_000, reading: 9, writing: 1, others: 9);

        Assert.InRange(pace.BytesPerSecond, 9_900, 10_100);
        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void What_others_read_before_is_no_evidence_of_a_fast_source()
    {
        _readByAll = 1L << 40;
        var pace = Pace(Options with { FastEnough = 50_000 });

        Stream(pace, bytes: 10_000, reading: 9, writing: 1, others: 3);

        Assert.True(pace.IsSlow);
    }

    [Fact]
    public void Bursts_do_not_hide_what_a_source_gives_on_average()
    {
        var pace = Pace(Options);

        for (var second = 0; second < 3; second++)
        {
            Stream(pace, bytes: 2000, reading: 0, writing: 1);
            Stream(pace, bytes: 100, reading: 900, writing: 1);
        }

        Assert.True(pace.IsSlow);
    }

    [Fact]
    public void A_read_that_takes_long_counts_before_it_ends()
    {
        var pace = Pace(Options);
        Stream(pace, bytes: 10_000, reading: 1, writing: 9);

        pace.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(pace.IsSlowByNow);
        _time.Advance(TimeSpan.FromSeconds(100));

        Assert.True(pace.IsSlowByNow);
        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void A_moment_of_waiting_is_no_evidence()
    {
        var pace = Pace(Options);

        Stream(pace, bytes: 5000, reading: 1, writing: 9);
        Stream(pace, bytes: 2000, reading: 9, writing: 1);

        Assert.False(pace.IsSlow);
    }

    [Fact]
    public void What_comes_after_a_reset_is_measured_anew()
    {
        var pace = Pace(Options);
        Stream(pace, bytes: 1900, reading: 9, writing: 1);

        pace.Reset();
        _time.Advance(TimeSpan.FromHours(1));
        Stream(pace, bytes: 1900, reading: 9, writing: 1);

        Assert.False(pace.IsSlow);
    }

    private ReadPace Pace(ReadAheadOptions options) => new(options, _time, () => _readByAll);

    // A hundred bytes per read; the times are milliseconds for each. Others read as much in the same time.
    private void Stream(ReadPace pace, int bytes, int reading, int writing, int others = 0)
    {
        for (; bytes > 0; bytes -= 100)
        {
            pace.Begin();
            _time.Advance(TimeSpan.FromMilliseconds(reading));
            pace.End(100);
            _readByAll += 100 + (100 * others);
            _time.Advance(TimeSpan.FromMilliseconds(writing));
        }
    }
}
