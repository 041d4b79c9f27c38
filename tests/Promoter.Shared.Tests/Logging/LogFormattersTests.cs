using System.Text.Json.Nodes;
using Promoter.Logging;
using Serilog.Events;
using Serilog.Parsing;

namespace Promoter.Tests.Logging;

public sealed class LogFormattersTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 16, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_line_of_JSON_holds_time_message_and_properties_and_no_level_for_information()
    {
        var line = Write(LogFormat.Json, LogEventLevel.Information, null);

        Assert.EndsWith("}\n", line.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var entry = JsonNode.Parse(line)!.AsObject();
        Assert.Equal(["@t", "@m", "Image"], entry.Select(member => member.Key));
        Assert.Equal("2026-11-21T16:00:00.0000000Z", (string?)entry["@t"]);
        Assert.Equal("\"shop\\web\" is there", (string?)entry["@m"]);
        Assert.Equal("shop\\web", (string?)entry["Image"]);
    }

    [Fact]
    public void Another_level_and_an_exception_have_members_of_their_own()
    {
        var entry = JsonNode.Parse(Write(LogFormat.Json, LogEventLevel.Warning, new InvalidOperationException("it broke")))!;

        Assert.Equal("Warning", (string?)entry["@l"]);
        Assert.Contains("it broke", (string?)entry["@x"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_text_starts_with_the_level_and_has_no_quotes() =>
        Assert.EndsWith(" INF shop\\web is there\n", Write(LogFormat.Text, LogEventLevel.Information, null).ReplaceLineEndings("\n"), StringComparison.Ordinal);

    private static string Write(LogFormat format, LogEventLevel level, Exception? exception)
    {
        var entry = new LogEvent(At, level, exception, new MessageTemplateParser().Parse("{Image} is there"), [new LogEventProperty("Image", new ScalarValue("shop\\web"))]);
        using var text = new StringWriter();
        LogFormatters.Of(format).Format(entry, text);
        return text.ToString();
    }
}
