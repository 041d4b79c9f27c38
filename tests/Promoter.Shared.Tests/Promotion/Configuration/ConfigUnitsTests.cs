using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Promoter.Promotion.Configuration;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Promotion.Configuration;

public sealed class ConfigUnitsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("1m1s1ms", 61_001)]
    public void Durations_are_read(string text, long milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ConfigUnits.ParseDuration(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("1.5h")]
    [InlineData("0s")]
    [InlineData("10 s")]
    [InlineData("99999999999d")]
    [InlineData("99999999999999999999s")]
    public void What_is_no_duration_is_refused(string text) => Assert.Throws<FormatException>(() => ConfigUnits.ParseDuration(text));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("12B", 12)]
    [InlineData("64KiB", 65_536)]
    [InlineData("256MiB", 268_435_456)]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("3kB", 3000)]
    public void Sizes_are_read(string text, long bytes) => Assert.Equal(bytes, ConfigUnits.ParseSize(text));

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("0")]
    [InlineData("1TB")]
    [InlineData("-1")]
    [InlineData("99999999999GiB")]
    public void What_is_no_size_is_refused(string text) => Assert.Throws<FormatException>(() => ConfigUnits.ParseSize(text));

    [Fact]
    public void The_webhooks_chart_takes_the_durations_that_the_webhook_reads()
    {
        var values = JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "charts/promoter-admission/values.schema.json")))!["properties"]!;

        Assert.Equal(ConfigUnits.DurationPattern, (string?)values["shutdownDelay"]!["pattern"]);
    }

    [Fact]
    public void What_is_printed_is_read_back()
    {
        Prop.ForAll<PositiveInt>(n => ConfigUnits.ParseDuration(ConfigUnits.Print(TimeSpan.FromMilliseconds(n.Get))) == TimeSpan.FromMilliseconds(n.Get)).QuickCheckThrowOnFailure();
        Prop.ForAll<PositiveInt>(n => ConfigUnits.ParseSize(ConfigUnits.Print(n.Get * 1024L)) == n.Get * 1024L).QuickCheckThrowOnFailure();
    }
}
