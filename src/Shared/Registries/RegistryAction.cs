namespace Promoter.Registries;

/// <summary>The kinds of request that registries count separately (on ECR each is one IAM action with a quota of its own).</summary>
public enum RegistryAction
{
    /// <summary>GET or HEAD of a manifest (ECR: BatchGetImage).</summary>
    ReadManifest,

    /// <summary>PUT of a manifest, by digest or by tag (ECR: PutImage).</summary>
    WriteManifest,

    /// <summary>HEAD of a blob (ECR: BatchCheckLayerAvailability).</summary>
    CheckBlob,

    /// <summary>GET of a blob (ECR: GetDownloadUrlForLayer).</summary>
    ReadBlob,

    /// <summary>POST of an upload session, and mounting (ECR: InitiateLayerUpload).</summary>
    StartUpload,

    /// <summary>PATCH of an upload session (ECR: UploadLayerPart).</summary>
    WriteChunk,

    /// <summary>PUT that ends an upload session (ECR: CompleteLayerUpload).</summary>
    FinishUpload,

    /// <summary>GET of the referrers of a digest (ECR: ListImageReferrers, authorised as BatchGetImage).</summary>
    ListReferrers,
}
