using Promoter.Admission.Decisions;

namespace Promoter.Admission.Tests.Decisions;

public sealed class TimeBudgetTests
{
    [Theory]
    [InlineData("10s", 10)]
    [InlineData("1m30s", 90)]
    [InlineData("2.5s", 2.5)]
    [InlineData("500ms", 0.5)]
    [InlineData(null, 10)]
    [InlineData("", 10)]
    [InlineData("ten", 10)]
    [InlineData("10", 10)]
    [InlineData("-5s", 10)]
    [InlineData("0s", 10)]
    [InlineData("999999999999999999h", 10)]
    public void The_servers_timeout_is_read_as_go_writes_it(string? text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), TimeBudget.Parse(text));

    [Fact]
    public void The_budget_leaves_time_for_the_way_back_and_never_exceeds_what_all_webhooks_share()
    {
        var time = new ManualTime();

        Assert.Equal(TimeSpan.FromSeconds(9.5), new TimeBudget(TimeSpan.FromSeconds(10), time).Left);
        Assert.Equal(TimeSpan.FromSeconds(0.5), new TimeBudget(TimeSpan.FromSeconds(1), time).Left);
        Assert.Equal(TimeSpan.FromSeconds(29.5), new TimeBudget(TimeSpan.FromMinutes(5), time).Left);
    }

    [Fact]
    public void Waiting_for_a_copy_takes_at_most_half()
    {
        var time = new ManualTime();
        var budget = new TimeBudget(TimeSpan.FromSeconds(4.5), time);

        Assert.Equal(TimeSpan.FromSeconds(2), budget.LeftInline(TimeSpan.FromSeconds(3)));
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), budget.LeftInline(TimeSpan.FromSeconds(3)));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, budget.Left);
    }
}
