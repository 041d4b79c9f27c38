namespace Promoter.Promotion;

/// <summary>Something that a person has to change before the promotion can work; the message is one sentence that says what.</summary>
public sealed class PromotionException(ExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode ExitCode { get; } = exitCode;
}
