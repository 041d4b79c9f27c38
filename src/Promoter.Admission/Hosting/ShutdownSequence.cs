namespace Promoter.Admission.Hosting;

/// <summary>From the first signal to the end of the process.</summary>
internal static class ShutdownSequence
{
    /// <summary>The longest that stopping may take; the chart's termination grace period is longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(55);

    /// <summary>Returns when the process was asked to end.</summary>
    public static async Task WaitAsync(CancellationToken signal)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = signal.Register(asked.SetResult);
        await asked.Task;
    }
}
