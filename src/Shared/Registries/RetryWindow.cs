namespace Promoter.Registries;

/// <summary>The time in which an operation may be tried again: it starts with the operation, and anew whenever bytes have moved.</summary>
internal sealed class RetryWindow(TimeProvider time)
{
    private long _since = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_since);

    public void Restart() => _since = time.GetTimestamp();
}
