using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <content>Operations on layers.</content>
public sealed partial class AmazonECRClient
{
    private static readonly JsonOperation<BatchCheckLayerAvailabilityRequest, BatchCheckLayerAvailabilityResponse> BatchCheckLayerAvailability =
        Operation("BatchCheckLayerAvailability", EcrJson.Default.BatchCheckLayerAvailabilityRequest, EcrJson.Default.BatchCheckLayerAvailabilityResponse);

    private static readonly JsonOperation<GetDownloadUrlForLayerRequest, GetDownloadUrlForLayerResponse> GetDownloadUrlForLayer =
        Operation("GetDownloadUrlForLayer", EcrJson.Default.GetDownloadUrlForLayerRequest, EcrJson.Default.GetDownloadUrlForLayerResponse);

    public Task<BatchCheckLayerAvailabilityResponse> BatchCheckLayerAvailabilityAsync(BatchCheckLayerAvailabilityRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<BatchCheckLayerAvailabilityResponse>(request, BatchCheckLayerAvailability.Options, cancellationToken);

    public Task<GetDownloadUrlForLayerResponse> GetDownloadUrlForLayerAsync(GetDownloadUrlForLayerRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetDownloadUrlForLayerResponse>(request, GetDownloadUrlForLayer.Options, cancellationToken);
}
