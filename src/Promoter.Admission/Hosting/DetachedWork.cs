using System.Collections.Concurrent;

namespace Promoter.Admission.Hosting;

/// <summary>Work that nobody awaits while it runs, and that has to have ended before the process does. Each piece explains its own failures.</summary>
internal sealed class DetachedWork
{
    private readonly ConcurrentDictionary<Task, byte> _running = new();

    public void Add(Task work)
    {
        _running[work] = 0;
        _ = work.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Ends when all that was added has ended.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => Task.WhenAll(_running.Keys).WaitAsync(cancellationToken);
}
