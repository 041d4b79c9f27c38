using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <content>Operations on images.</content>
public sealed partial class AmazonECRClient
{
    private static readonly JsonOperation<BatchGetImageRequest, BatchGetImageResponse> BatchGetImage =
        Operation("BatchGetImage", EcrJson.Default.BatchGetImageRequest, EcrJson.Default.BatchGetImageResponse);

    private static readonly JsonOperation<PutImageRequest, PutImageResponse> PutImage =
        Operation("PutImage", EcrJson.Default.PutImageRequest, EcrJson.Default.PutImageResponse);

    private static readonly JsonOperation<DescribeImagesRequest, DescribeImagesResponse> DescribeImages =
        Operation("DescribeImages", EcrJson.Default.DescribeImagesRequest, EcrJson.Default.DescribeImagesResponse);

    private static readonly JsonOperation<DescribeImageReplicationStatusRequest, DescribeImageReplicationStatusResponse> DescribeImageReplicationStatus =
        Operation("DescribeImageReplicationStatus", EcrJson.Default.DescribeImageReplicationStatusRequest, EcrJson.Default.DescribeImageReplicationStatusResponse);

    private static readonly JsonOperation<DescribeImageScanFindingsRequest, DescribeImageScanFindingsResponse> DescribeImageScanFindings =
        Operation("DescribeImageScanFindings", EcrJson.Default.DescribeImageScanFindingsRequest, EcrJson.Default.DescribeImageScanFindingsResponse);

    private static readonly JsonOperation<ListImageReferrersRequest, ListImageReferrersResponse> ListImageReferrers =
        Operation("ListImageReferrers", EcrJson.Default.ListImageReferrersRequest, EcrJson.Default.ListImageReferrersResponse);

    public Task<BatchGetImageResponse> BatchGetImageAsync(BatchGetImageRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<BatchGetImageResponse>(request, BatchGetImage.Options, cancellationToken);

    public Task<PutImageResponse> PutImageAsync(PutImageRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<PutImageResponse>(request, PutImage.Options, cancellationToken);

    public Task<DescribeImagesResponse> DescribeImagesAsync(DescribeImagesRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<DescribeImagesResponse>(request, DescribeImages.Options, cancellationToken);

    public Task<DescribeImageReplicationStatusResponse> DescribeImageReplicationStatusAsync(DescribeImageReplicationStatusRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<DescribeImageReplicationStatusResponse>(request, DescribeImageReplicationStatus.Options, cancellationToken);

    public Task<DescribeImageScanFindingsResponse> DescribeImageScanFindingsAsync(DescribeImageScanFindingsRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<DescribeImageScanFindingsResponse>(request, DescribeImageScanFindings.Options, cancellationToken);

    public Task<ListImageReferrersResponse> ListImageReferrersAsync(ListImageReferrersRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<ListImageReferrersResponse>(request, ListImageReferrers.Options, cancellationToken);
}
