namespace Promoter.Admission.Health;

/// <summary>Whether this replica should be called.</summary>
internal sealed class Readiness
{
    private volatile bool _started;
    private volatile bool _draining;
    private volatile string? _obstacle;

    /// <summary>The first review, our own, has been answered.</summary>
    public bool IsStarted => _started;

    /// <summary>The process is about to end: endpoints shall drop it while it still answers.</summary>
    public bool IsDraining => _draining;

    public bool IsReady => Obstacle is null;

    /// <summary>Why it should not be called; null where it should.</summary>
    public string? Obstacle => _draining ? "draining" : _started ? _obstacle : "starting";

    public void Start() => _started = true;

    /// <summary>Stays unready, started or not, until <see cref="Release"/>.</summary>
    public void Hold(string why) => _obstacle = why;

    public void Release() => _obstacle = null;

    public void Drain() => _draining = true;
}
