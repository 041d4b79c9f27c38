using Promoter.Admission.Presence;
using Promoter.Oci;

namespace Promoter.Admission.OnDemand;

/// <summary>Takes very large copies out of this process: with Kubernetes a Job each, without never.</summary>
internal interface IPromotionJobs
{
    /// <summary>Whether a copy of this size is for a Job.</summary>
    bool Takes(long bytes);

    /// <returns>Null: the image is there. Otherwise why it is not.</returns>
    Task<ImageFault?> RunAsync(PairedImage image, Digest digest, CancellationToken cancellationToken);
}

/// <summary>Where no Jobs can be made.</summary>
internal sealed class NoJobs : IPromotionJobs
{
    public bool Takes(long bytes) => false;

    public Task<ImageFault?> RunAsync(PairedImage image, Digest digest, CancellationToken cancellationToken) => throw new NotSupportedException("This process makes no Jobs.");
}
