using Microsoft.Extensions.Logging;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>
/// Carries out a plan in phases, so that a failure moves no tag: repositories are provisioned, content goes up by digest and is verified, and only when all
/// of it is there do the tags move, in one burst. An interrupted run leaves unreferenced content that the next one finds.
/// </summary>
public sealed class PromotionExecutor(
    RegistryClients registries, RegistryClientOptions clientOptions, PromotionOptions options, ICopyObserver observer, TimeProvider time, ILoggerFactory loggers)
{
    private const int TagsAtOnce = 8;

    /// <summary>Executes the plan; failures and interruption are in the report, never thrown.</summary>
    public async Task<PromotionReport> ExecuteAsync(PromotionPlan plan, CancellationToken cancellationToken)
    {
        var run = new Run(plan, options, new CopyTally(observer), time.GetTimestamp());
        try
        {
            if (options.Independent || !plan.Failures.Any()) await ExecuteAsync(run, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or HttpRequestException or IOException)
        {
            // A connection that was cut by the interruption may end in any of them.
            run.Interrupted = true;
        }

        return run.Report(time.GetElapsedTime(run.StartedAt));
    }

    private async Task ExecuteAsync(Run run, CancellationToken cancellationToken)
    {
        var all = run.Plan.Images.Where(i => i.Copy is not null).ToList();
        var work = all.Where(i => options.Shard.Owns(i.Digest!.Value)).ToList();
        await ProvisionAsync(work, cancellationToken);

        var copies = work.Where(i => i.Copy!.Failure is null).Select(i => i.Copy!).ToList();
        var copier = new ImageCopier(clientOptions, options.Parallelism, time, loggers, run.Tally, run.Committed, registries.ReadAhead);
        var mountable = await MountableAsync(copies, cancellationToken);
        await copier.CopyAsync(copies, repository => mountable.Contains(repository.Host), isWholeRun: options.Shard == Shard.Whole, cancellationToken);

        if (!options.Independent && work.Exists(i => i.Copy!.Failure is not null)) return;
        await new ShardBarrier(registries, time, loggers.CreateLogger<ShardBarrier>()).WaitAsync([.. all.Except(work).Select(i => i.Copy!)], cancellationToken);
        await CommitAsync(run, copier.Tags, [.. work.Where(i => i.Copy!.Failure is null)], cancellationToken);
    }

    private async Task ProvisionAsync(IReadOnlyList<PlannedImage> work, CancellationToken cancellationToken)
    {
        foreach (var group in work.Where(i => i.RepositoryMissing).GroupBy(i => (i.Copy!.Target.Host, i.Copy.Target.Name)))
        {
            try
            {
                if (registries.PlatformOf(group.Key.Host) is not { } platform) continue;
                var source = group.First().Copy!.Source;
                await platform.EnsureRepositoryAsync(group.Key.Host, group.Key.Name, source.Host, source.Name, cancellationToken);
            }
            catch (RegistryException e)
            {
                foreach (var image in group.Where(i => i.Copy!.TryFail(e))) observer.Failed(image.Copy!, e);
            }
        }
    }

    private async Task<IReadOnlySet<string>> MountableAsync(IReadOnlyList<ImageCopy> copies, CancellationToken cancellationToken)
    {
        var mountable = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var group in copies.GroupBy(c => c.Target.Host))
        {
            // One repository has nothing to mount from; asking the platform would be a request for nothing.
            if (group.Select(c => c.Target.Name).Distinct().Count() < 2) continue;
            var answer = registries.PlatformOf(group.Key) is { } platform ? await platform.SupportsMountAsync(group.Key, cancellationToken) : null;
            if (answer ?? true) mountable.Add(group.Key);
        }

        return mountable;
    }

    private async Task CommitAsync(Run run, TagCommitter committer, IReadOnlyList<PlannedImage> images, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = TagsAtOnce, CancellationToken = cancellationToken }, async (image, ct) =>
        {
            // The first refusal ends an all-or-nothing run: the fewer tags have moved, the better.
            if (run.CommitFailed && !options.Independent) return;
            try
            {
                var previous = new Dictionary<Tag, Digest>();
                if (image.PreviousDigest is { } digest && image.Request.TargetTag is { } tag) previous[tag] = digest;
                await committer.CommitAsync(image.Copy!, previous, ct);
                run.Committed(image);
            }
            catch (RegistryException e)
            {
                run.CommitFailed = true;
                if (image.Copy!.TryFail(e)) run.Tally.Failed(image.Copy, e);
            }
        });

    /// <summary>What one execution has done so far.</summary>
    private sealed class Run(PromotionPlan plan, PromotionOptions options, CopyTally tally, long startedAt)
    {
        private readonly Lock _lock = new();
        private readonly List<CommittedTag> _tags = [];
        private readonly HashSet<PlannedImage> _committed = new(ReferenceEqualityComparer.Instance);

        public PromotionPlan Plan => plan;

        public CopyTally Tally => tally;

        public long StartedAt => startedAt;

        public bool Interrupted { get; set; }

        public bool CommitFailed { get; set; }

        public void Committed(CommittedTag tag)
        {
            lock (_lock) _tags.Add(tag);
        }

        public void Committed(PlannedImage image)
        {
            lock (_lock) _committed.Add(image);
        }

        public PromotionReport Report(TimeSpan duration) => new([.. plan.Images.Select(Report)], plan.Skipped, _tags, duration) { Interrupted = Interrupted };

        private ReportedImage Report(PlannedImage image)
        {
            var failure = image.Failure ?? image.Copy?.Failure;
            var counts = image.Copy is { } copy ? tally.Of(copy) : default;
            var outcome = failure is not null ? ImageOutcome.Failed
                : image.State == ImageState.UpToDate ? ImageOutcome.UpToDate
                : !options.Shard.Owns(image.Digest!.Value) ? ImageOutcome.OtherShard
                : !_committed.Contains(image) ? ImageOutcome.NotCommitted
                : image.State == ImageState.TagMissing ? ImageOutcome.Tagged
                : ImageOutcome.Promoted;
            return new ReportedImage(image.Request, outcome)
            {
                Digest = image.Digest,
                PreviousDigest = image.PreviousDigest,
                Failure = failure,
                BytesCopied = counts.Bytes,
                BlobsCopied = counts.Copied,
                BlobsMounted = counts.Mounted,
                ManifestsPushed = counts.Manifests,
                ForeignLayers = image.Copy?.Closure.ForeignLayers.Count ?? 0,
            };
        }
    }
}
