namespace Promoter.Admission.Health;

/// <summary>Whether this replica should be called.</summary>
internal sealed class Readiness
{
    private volatile bool _started;
    private volatile bool _draining;

    /// <summary>The first review, our own, has been answered.</summary>
    public bool IsStarted => _started;

    /// <summary>The process is about to end: endpoints shall drop it while it still answers.</summary>
    public bool IsDraining => _draining;

    public bool IsReady => _started && !_draining;

    public void Start() => _started = true;

    public void Drain() => _draining = true;
}
