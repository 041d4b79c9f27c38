using Promoter.Admission.Health;

namespace Promoter.Admission.Hosting;

/// <summary>From the first signal to the end of the process.</summary>
internal static class ShutdownSequence
{
    /// <summary>The longest that stopping may take; the chart's termination grace period is longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(55);

    /// <summary>Waits for the signal, then goes on serving, unready, until no API server sends anything here any more.</summary>
    public static async Task RunAsync(WebApplication app, TimeSpan delay, TimeProvider time, CancellationToken signal)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = signal.Register(asked.SetResult);
        await asked.Task;
        app.Services.GetRequiredService<Readiness>().Drain();
        await Task.Delay(delay, time, CancellationToken.None);
        using var limit = new CancellationTokenSource(Limit - delay, time);
        await app.StopAsync(limit.Token);
    }
}
