using Promoter.Admission.Decisions;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Kubernetes;
using Promoter.Oci;

namespace Promoter.Admission.Replicas;

/// <summary>Copies that a replica left behind, by signal or by death, and that no gated pod may be waiting for.</summary>
internal sealed class AbandonedCopies(Cluster cluster, LeaseBoard board, OnDemandPromotions onDemand, TimeProvider time)
{
    /// <summary>A copy that nobody could resume for so long is nobody's any more.</summary>
    private static readonly TimeSpan AbandonedFor = TimeSpan.FromHours(1);

    private readonly Leases _leases = new(cluster.Client, cluster.Namespace, cluster.Identity, time);

    /// <param name="isDue">Whether an image may be tried now.</param>
    public async Task ResumeAsync(AdmissionSettings settings, Func<ImageReference, bool> isDue, CancellationToken cancellationToken)
    {
        foreach (var seen in board.All.Where(seen => seen.Lease.Object.Label(LeaseMarks.Kind) is LeaseMarks.Promotion && board.IsAbandoned(seen)))
        {
            if (time.GetUtcNow() - seen.ChangedAt >= AbandonedFor)
            {
                await _leases.DeleteAsync(seen.Lease, cancellationToken);
                continue;
            }

            // The rules say where it comes from, whatever the Lease claims.
            if (!ImageReference.TryParse(seen.Lease.Annotation(LeaseMarks.Target), out var target) || settings.Pairing.Find(target) is not Pairing.Covered { Image: var image }) continue;
            // A copy with a pod's credentials is resumed for that pod, or not at all.
            if (!settings.Config.UsesPullSecrets(image.Rule) && isDue(target)) onDemand.Start(image, seen.Lease.Annotation(LeaseMarks.Requester) ?? "", SourceAccess.OfRule);
        }
    }
}
