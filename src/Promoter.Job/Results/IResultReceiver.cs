namespace Promoter.Job.Results;

/// <summary>Somebody who is told what a run came to.</summary>
internal interface IResultReceiver : IDisposable
{
    /// <summary>What the log calls it.</summary>
    string Name { get; }

    /// <summary>Whether this result is for it.</summary>
    bool Wants(RunResult result);

    /// <exception cref="ResultNotDeliveredException">It could not be told; the run's outcome is not affected.</exception>
    Task ReceiveAsync(RunResult result, CancellationToken cancellationToken);
}
