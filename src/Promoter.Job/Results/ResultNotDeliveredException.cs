namespace Promoter.Job.Results;

/// <summary>A receiver could not be told. The message says why, and holds no secret.</summary>
/// <param name="isExpected">Whether that is how some set-ups are meant to be, as where no Event may be written.</param>
public sealed class ResultNotDeliveredException(string message, Exception? inner = null, bool isExpected = false) : Exception(message, inner)
{
    public bool IsExpected { get; } = isExpected;
}
