namespace Promoter.Emulator.Recording;

/// <summary>What a request asks for, as the distribution spec and AWS see it.</summary>
public enum EmulatedAction
{
    /// <summary>A path that nothing serves.</summary>
    Unknown,

    /// <summary><c>GET /v2/</c>.</summary>
    Ping,
    HeadManifest,
    GetManifest,

    /// <summary>PUT of a manifest by digest.</summary>
    PutManifest,

    /// <summary>PUT of a manifest by tag.</summary>
    PutTag,
    DeleteManifest,
    HeadBlob,

    /// <summary>GET of a blob at the registry (on ECR answered by a redirect).</summary>
    GetBlob,

    /// <summary>GET of a blob at the layer host, by presigned URL.</summary>
    GetLayer,
    DeleteBlob,

    /// <summary>POST that opens an upload session.</summary>
    StartUpload,

    /// <summary>POST that asks for a mount; it may end as an upload session all the same.</summary>
    Mount,

    /// <summary>PATCH of an upload session.</summary>
    WriteChunk,

    /// <summary>PUT that ends an upload session.</summary>
    FinishUpload,

    /// <summary>GET of an upload session's state.</summary>
    UploadStatus,

    /// <summary>DELETE of an upload session.</summary>
    CancelUpload,
    ListTags,
    ListRepositories,
    ListReferrers,

    /// <summary>A request to a Bearer token server.</summary>
    GetToken,

    /// <summary>A call of ECR's JSON API; <see cref="RecordedRequest.Operation"/> names it.</summary>
    EcrApi,

    /// <summary>A call of STS; <see cref="RecordedRequest.Operation"/> names it.</summary>
    Sts,

    /// <summary>A request to the EKS Pod Identity agent.</summary>
    PodIdentity,
}
