using System.Collections.Concurrent;
using Promoter.Admission.Presence;
using Promoter.Admission.Telemetry;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.OnDemand;

/// <summary>
/// Brings images that pods are waiting for: detached from the request that asked, one run per target reference in this process and one per digest across replicas.
/// </summary>
internal sealed partial class OnDemandPromotions(
    Func<IPromotionEngine> engine,
    PresenceCache presence,
    IPromotionClaims claims,
    IPromotionJobs jobs,
    PromotionLimits limits,
    Throughput throughput,
    int parallelism,
    AdmissionMeters meters,
    TimeProvider time,
    ILogger<OnDemandPromotions> logger) : IHostedService, IDisposable
{
    /// <summary>Distinct images under way; beyond it something is wrong, and refusing is better than growing.</summary>
    private const int Capacity = 1000;

    private readonly ConcurrentDictionary<ImageReference, (PromotionRun Run, Task Work)> _runs = new();
    private readonly SemaphoreSlim _slots = new(parallelism, parallelism);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private readonly ConcurrentBag<Action<PromotionRun, PromotionOutcome>> _observers = [];

    public IEnumerable<PromotionRun> InFlight => _runs.Values.Select(entry => entry.Run);

    public Throughput Throughput => throughput;

    public PromotionLimits Limits => limits;

    /// <summary>The run that brings this image: the one under way, or a new one.</summary>
    /// <param name="requester">The namespace that asks.</param>
    public PromotionRun Start(PairedImage image, string requester, SourceAccess access)
    {
        lock (_starting)
        {
            if (_runs.TryGetValue(image.Target, out var present)) return present.Run;
            var run = new PromotionRun(image, requester, time.GetUtcNow());
            var problem = _stopping.IsCancellationRequested ? "this replica is shutting down" : _runs.Count >= Capacity ? $"{Capacity} images are under way already" : null;
            if (problem is not null) run.Complete(PromotionOutcome.Failed(new ImageFault(ImageFaultKind.Throttled, Side.Target, $"{image.Short} is not brought now: {problem}")));
            else _runs[image.Target] = (run, Task.Run(() => OwnAsync(run, access), CancellationToken.None));
            return run;
        }
    }

    /// <summary>Tells about every run that ends: gates, Events.</summary>
    public void OnEnded(Action<PromotionRun, PromotionOutcome> observe) => _observers.Add(observe);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops copying and hands the work over: claims are released, so that another replica goes on at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_starting) _stopping.Cancel();
        await Task.WhenAll(_runs.Values.Select(entry => entry.Work)).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _stopping.Dispose();
    }

    private async Task OwnAsync(PromotionRun run, SourceAccess access)
    {
        using var span = AdmissionTraces.Promotion(run);
        PromotionOutcome outcome;
        try
        {
            outcome = await RunAsync(run, access, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            outcome = PromotionOutcome.Failed(new ImageFault(ImageFaultKind.Throttled, Side.Target, $"{run.Image.Short} is handed over to another replica"));
        }
        catch (Exception e)
        {
            LogBroken(logger, e, run.Image.Target);
            outcome = PromotionOutcome.Failed(new ImageFault(ImageFaultKind.Failed, Side.Target, $"{run.Image.Short} could not be brought: {e.Message}"));
        }

        if (outcome.Digest is { } digest) presence.SetPresent(run.Image.Target, digest);
        lock (_starting) _runs.TryRemove(run.Image.Target, out _);
        var duration = time.GetUtcNow() - run.Started;
        span.Ended(run, outcome);
        meters.Promoted(outcome.Name, duration);
        if (outcome.Fault is { } fault) LogFailed(logger, run.Image.Target, fault.Message);
        else if (outcome.WasThere) LogFound(logger, run.Image.Target, duration.TotalSeconds);
        else LogDone(logger, run.Image.Target, ByteSize.Format(run.BytesMoved), duration.TotalSeconds);
        run.Complete(outcome);
        foreach (var observe in _observers) observe(run, outcome);
    }

    private async Task<PromotionOutcome> RunAsync(PromotionRun run, SourceAccess access, CancellationToken cancellationToken)
    {
        if (limits.RefuseSource(run.Image) is { } forbidden) return PromotionOutcome.Failed(forbidden);
        while (true)
        {
            run.Phase = "planning";
            var plan = await engine().PlanAsync(run.Image, access, cancellationToken);
            if (plan is PlanAnswer.Impossible impossible)
            {
                meters.RegistryFault(impossible.Fault);
                return PromotionOutcome.Failed(impossible.Fault);
            }

            var answer = (PlanAnswer.Planned)plan;
            using var first = answer.Promotion;
            using var booking = limits.TryBook(run.Requester, run.Image, first, out var refused);
            if (refused is not null) return PromotionOutcome.Failed(refused);
            run.SetPlanned(answer);

            run.Phase = "waiting for its turn";
            await using var claim = await claims.ClaimAsync(run, $"{run.Image.Target.Name}@{first.Digest}", cancellationToken);
            // What the other replica has brought already is not brought again.
            using var rest = claim is { IsTakenOver: true } ? (await engine().PlanAsync(run.Image, access, cancellationToken) as PlanAnswer.Planned)?.Promotion : null;
            var planned = rest ?? first;

            // Between plan and claim another replica may have come and gone; and where there is no claim, one has just ended, well or badly. So look once more.
            if (await engine().CheckAsync(run.Image.Target, cancellationToken) is PresenceAnswer.Present there)
            {
                claim?.Finish();
                return PromotionOutcome.Found(there.Digest);
            }

            if (claim is null) continue;
            // A pod's own credentials stay in this process.
            var outcome = access.Credentials is null && jobs.Takes(planned.MissingBytes)
                ? await RunJobAsync(run, planned, claim, cancellationToken)
                : await ExecuteAsync(run, planned, claim, cancellationToken);
            if (outcome.Fault is null) booking!.Use();
            return outcome;
        }
    }

    /// <summary>Waits for a Job; that takes none of this replica's turns.</summary>
    private async Task<PromotionOutcome> RunJobAsync(PromotionRun run, IPlannedPromotion planned, IPromotionClaim claim, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, claim.Lost);
        try
        {
            run.Phase = "copying in a Job";
            claim.Report(run);
            var fault = await jobs.RunAsync(run.Image, planned.Digest, either.Token);
            claim.Finish();
            if (fault is not null) return PromotionOutcome.Failed(fault);
            run.Move(planned.MissingBytes);
            return PromotionOutcome.Done(planned.Digest);
        }
        catch (OperationCanceledException) when (claim.Lost.IsCancellationRequested)
        {
            return PromotionOutcome.Failed(Lost(run.Image));
        }
    }

    private async Task<PromotionOutcome> ExecuteAsync(PromotionRun run, IPlannedPromotion planned, IPromotionClaim claim, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, claim.Lost);
        await _slots.WaitAsync(either.Token);
        try
        {
            run.Phase = "copying";
            var started = time.GetTimestamp();
            var fault = await planned.ExecuteAsync(new Mover(run, claim, meters), either.Token);
            if (claim.Lost.IsCancellationRequested) return PromotionOutcome.Failed(Lost(run.Image));
            claim.Finish();
            if (fault is not null) return PromotionOutcome.Failed(fault);
            throughput.Observe(run.BytesMoved, time.GetElapsedTime(started));
            return PromotionOutcome.Done(planned.Digest);
        }
        catch (OperationCanceledException) when (claim.Lost.IsCancellationRequested)
        {
            return PromotionOutcome.Failed(Lost(run.Image));
        }
        finally
        {
            _slots.Release();
        }
    }

    private static ImageFault Lost(PairedImage image) => new(ImageFaultKind.Throttled, Side.Target, $"another replica took the copy of {image.Short} over");

    [LoggerMessage(5101, LogLevel.Information, "Promoted {Image} on demand: {Size} in {Seconds:0.0} s")]
    private static partial void LogDone(ILogger logger, ImageReference image, string size, double seconds);

    [LoggerMessage(5104, LogLevel.Information, "{Image} had been brought by somebody else, another replica most likely, after {Seconds:0.0} s")]
    private static partial void LogFound(ILogger logger, ImageReference image, double seconds);

    [LoggerMessage(5102, LogLevel.Warning, "Could not promote {Image} on demand: {Reason}")]
    private static partial void LogFailed(ILogger logger, ImageReference image, string reason);

    [LoggerMessage(5103, LogLevel.Error, "The promotion of {Image} broke")]
    private static partial void LogBroken(ILogger logger, Exception e, ImageReference image);

    private sealed class Mover(PromotionRun run, IPromotionClaim claim, AdmissionMeters meters) : IProgress<long>
    {
        public void Report(long value)
        {
            run.Move(value);
            meters.Moved(value);
            claim.Report(run);
        }
    }
}
