using System.Globalization;
using Promoter.Admission.OnDemand;
using Promoter.Kubernetes;

namespace Promoter.Admission.Replicas;

/// <summary>A held Lease: renewed with the progress of the work, deleted when it is finished, given up when it is not.</summary>
internal sealed partial class LeaseClaim : IPromotionClaim
{
    /// <summary>What is left of the process's time when it hands over.</summary>
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(3);

    private readonly Leases _leases;
    private readonly IDisposable _turn;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _renewal;
    private Lease? _lease;
    private PromotionRun? _run;
    private bool _finished;

    /// <param name="lease">Null: the API server could not be asked, and the work is done without.</param>
    public LeaseClaim(Leases leases, Lease? lease, bool isTakenOver, TimeSpan duration, IDisposable turn, TimeProvider time, ILogger logger)
    {
        (_leases, _lease, _turn, _time, _logger, IsTakenOver) = (leases, lease, turn, time, logger, isTakenOver);
        _renewal = lease is null ? Task.CompletedTask : RenewAsync(duration / 3);
    }

    public bool IsTakenOver { get; }

    public CancellationToken Lost => _lost.Token;

    public void Report(PromotionRun run) => _run = run;

    public void Finish() => _finished = true;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _renewal;
        await EndAsync();
        _turn.Dispose();
        _ending.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(TimeSpan interval)
    {
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                await Task.Delay(interval, _time, _ending.Token);
                await RenewOnceAsync();
                if (_lease is null) return;
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    private async Task RenewOnceAsync()
    {
        try
        {
            _lease = await _leases.TryRenewAsync(_lease!, Progress(), _ending.Token);
            if (_lease is null) await _lost.CancelAsync();
        }
        catch (KubernetesException e)
        {
            // Whoever cannot reach the API server cannot know that it lost the Lease; the copy goes on.
            LogFailed(_logger, e.Message);
        }
    }

    private async Task EndAsync()
    {
        if (_lease is not { } lease) return;
        using var limit = new CancellationTokenSource(HandOverLimit, _time);
        try
        {
            if (_finished) await _leases.DeleteAsync(lease, limit.Token);
            else await _leases.TryReleaseAsync(lease, limit.Token);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            LogFailed(_logger, $"{e.Message} It expires by itself.");
        }
    }

    private Dictionary<string, string> Progress()
    {
        var progress = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_run is not { } run) return progress;
        progress[LeaseMarks.Phase] = run.Phase;
        progress[LeaseMarks.BytesMoved] = run.BytesMoved.ToString(CultureInfo.InvariantCulture);
        return progress;
    }

    [LoggerMessage(5412, LogLevel.Warning, "The Lease of a copy could not be written: {Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);
}
