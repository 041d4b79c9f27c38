using System.Globalization;
using System.Threading.Channels;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Kubernetes;

namespace Promoter.Admission.Replicas;

/// <summary>
/// Shares quotas between replicas: what was brought stands in a Lease per namespace, which is written once per copy and read from the watch that all replicas have; what is under
/// way is told by the Leases of the copies themselves. Two replicas that begin in the same moment may both pass: a quota bounds a mistake, it bills nobody.
/// </summary>
internal sealed partial class LeaseLedger(Cluster cluster, LeaseBoard board, TimeProvider time, ILogger<LeaseLedger> logger) : BackgroundService, IUsageLedger
{
    private const int Attempts = 10;
    private const int Capacity = 1000;
    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);
    private readonly Channel<(string Namespace, long Bytes)> _copies = Channel.CreateBounded<(string, long)>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });

    public Usage UsedByOthers(string ns, Func<string, bool> isOurs)
    {
        var running = board.All.Where(seen => IsCopyOfAnother(seen, ns) && !isOurs(seen.Lease.Annotation(LeaseMarks.Target) ?? "")).ToList();
        var made = Read(board.Find(LeaseMarks.QuotaNameOf(ns))?.Lease).Others(cluster.Identity, time.GetUtcNow(), PromotionLimits.Window).ToList();
        return new Usage(running.Count, running.Count + made.Sum(entry => entry.Images), running.Sum(seen => BytesOf(seen.Lease)) + made.Sum(entry => entry.Bytes));
    }

    public void Record(string ns, long bytes) => _copies.Writer.TryWrite((ns, bytes));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (ns, bytes) in _copies.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await AddAsync(ns, bytes, stoppingToken);
            }
            catch (KubernetesException e)
            {
                LogNotShared(logger, ns, e.Message);
            }
        }
    }

    private static UsageLog Read(Lease? lease) => UsageLog.Parse(lease?.Annotation(LeaseMarks.Used));

    private static long BytesOf(Lease lease) => long.TryParse(lease.Annotation(LeaseMarks.Bytes), CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;

    private bool IsCopyOfAnother(SeenLease seen, string ns) =>
        seen.Lease.Object.Label(LeaseMarks.Kind) is LeaseMarks.Promotion && seen.Lease.Holder != cluster.Identity && !board.IsAbandoned(seen) && seen.Lease.Annotation(LeaseMarks.Requester) == ns;

    private async Task AddAsync(string ns, long bytes, CancellationToken cancellationToken)
    {
        var name = LeaseMarks.QuotaNameOf(ns);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var present = await _leases.FindAsync(name, cancellationToken);
            var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [LeaseMarks.Requester] = ns,
                [LeaseMarks.Used] = Read(present).Add(cluster.Identity, bytes, time.GetUtcNow(), PromotionLimits.Window).ToString(),
            };
            var written = present is null
                ? await _leases.TryCreateAsync(name, PromotionLimits.Window, LeaseMarks.Labels(LeaseMarks.Quota), annotations, cancellationToken)
                : await _leases.TryTakeOverAsync(present.With(annotations), PromotionLimits.Window, cancellationToken);
            if (written is not null) return;
        }

        LogNotShared(logger, ns, $"other replicas changed {name} {Attempts} times in between");
    }

    [LoggerMessage(5413, LogLevel.Warning, "Other replicas do not hear of a copy that counts for the quota of namespace {Namespace}: {Problem}")]
    private static partial void LogNotShared(ILogger logger, string @namespace, string problem);
}
