using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Promoter.Logging;

/// <summary>How both programs write one log event.</summary>
public static class LogFormatters
{
    private const string TextTemplate = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static ITextFormatter Of(LogFormat format) => format is LogFormat.Json ? new CompactJsonFormatter() : new MessageTemplateTextFormatter(TextTemplate);
}
