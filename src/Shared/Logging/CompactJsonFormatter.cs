using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace Promoter.Logging;

/// <summary>
/// One JSON object per line with the member names of Serilog's compact format, which log shippers know: <c>@t</c>, <c>@m</c>, <c>@l</c> (left out for
/// information, as there), <c>@x</c>, and the properties.
/// </summary>
internal sealed class CompactJsonFormatter : ITextFormatter
{
    private static readonly JsonValueFormatter Values = new(typeTagName: null);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("{\"@t\":\"");
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("O"));
        output.Write("\",\"@m\":");
        JsonValueFormatter.WriteQuotedJsonString(logEvent.MessageTemplate.Render(logEvent.Properties), output);
        if (logEvent.Level is not LogEventLevel.Information)
        {
            output.Write(",\"@l\":\"");
            output.Write(logEvent.Level);
            output.Write('"');
        }

        if (logEvent.Exception is { } exception)
        {
            output.Write(",\"@x\":");
            JsonValueFormatter.WriteQuotedJsonString(exception.ToString(), output);
        }

        foreach (var (name, value) in logEvent.Properties)
        {
            output.Write(',');
            JsonValueFormatter.WriteQuotedJsonString(name, output);
            output.Write(':');
            Values.Format(value, output);
        }

        output.WriteLine('}');
    }
}
