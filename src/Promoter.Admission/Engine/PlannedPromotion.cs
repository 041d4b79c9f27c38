using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>A plan of the engine for one image.</summary>
/// <param name="parallelism">Blobs in flight at once.</param>
/// <param name="own">Connections that this plan alone uses (a pod's credentials).</param>
internal sealed class PlannedPromotion(
    PromotionPlan plan, RegistryClients registries, RegistryClientOptions options, int parallelism, RegistryClients? own, TimeProvider time, ILoggerFactory loggers) : IPlannedPromotion
{
    private readonly PlannedImage _image = plan.Images[0];

    public Digest Digest => _image.Digest!.Value;

    public long MissingBytes => plan.Bytes;

    public long TotalBytes => _image.Copy?.Closure.Blobs.Sum(blob => blob.Size) ?? 0;

    public async Task<ImageFault?> ExecuteAsync(IProgress<long> bytesMoved, CancellationToken cancellationToken)
    {
        var executor = new PromotionExecutor(registries, options, new PromotionOptions { Independent = true, Parallelism = parallelism }, new CopyProgress(bytesMoved), time, loggers);
        var report = await executor.ExecuteAsync(plan, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return report.Images[0].Failure is { } failure ? EngineFaults.Of(failure, Side.Target) : null;
    }

    public void Dispose() => own?.Dispose();
}
