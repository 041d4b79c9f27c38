using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <content>Uploads of layers; promotions upload over the registry protocol, and these only find out whether that is allowed.</content>
public sealed partial class AmazonECRClient
{
    private static readonly JsonOperation<InitiateLayerUploadRequest, InitiateLayerUploadResponse> InitiateLayerUpload =
        Operation("InitiateLayerUpload", EcrJson.Default.InitiateLayerUploadRequest, EcrJson.Default.InitiateLayerUploadResponse);

    private static readonly JsonOperation<UploadLayerPartRequest, UploadLayerPartResponse> UploadLayerPart =
        Operation("UploadLayerPart", EcrJson.Default.UploadLayerPartRequest, EcrJson.Default.UploadLayerPartResponse);

    private static readonly JsonOperation<CompleteLayerUploadRequest, CompleteLayerUploadResponse> CompleteLayerUpload =
        Operation("CompleteLayerUpload", EcrJson.Default.CompleteLayerUploadRequest, EcrJson.Default.CompleteLayerUploadResponse);

    public Task<InitiateLayerUploadResponse> InitiateLayerUploadAsync(InitiateLayerUploadRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<InitiateLayerUploadResponse>(request, InitiateLayerUpload.Options, cancellationToken);

    public Task<UploadLayerPartResponse> UploadLayerPartAsync(UploadLayerPartRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<UploadLayerPartResponse>(request, UploadLayerPart.Options, cancellationToken);

    public Task<CompleteLayerUploadResponse> CompleteLayerUploadAsync(CompleteLayerUploadRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<CompleteLayerUploadResponse>(request, CompleteLayerUpload.Options, cancellationToken);
}
