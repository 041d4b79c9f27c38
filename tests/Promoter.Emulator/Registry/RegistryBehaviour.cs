namespace Promoter.Emulator.Registry;

/// <summary>When <c>POST ?mount=</c> ends in 201.</summary>
public enum MountRule
{
    /// <summary>Never: every mount becomes an ordinary upload session.</summary>
    Never,

    /// <summary>Where the donor repository has the blob.</summary>
    DonorHasBlob,

    /// <summary>Where a manifest in the donor repository refers to the blob (ECR with BLOB_MOUNTING enabled).</summary>
    DonorReferencesBlob,
}

/// <summary>How a registry differs from the plain distribution spec. Every switch may be turned while the registry runs.</summary>
public sealed class RegistryBehaviour
{
    /// <summary>A push creates its repository; else NAME_UNKNOWN.</summary>
    public bool CreatesRepositoriesOnPush { get; set; } = true;

    /// <summary><c>Docker-Content-Digest</c> on GET of a manifest; ECR sends it on HEAD alone.</summary>
    public bool DigestHeaderOnGet { get; set; } = true;

    /// <summary>A manifest whose media type the Accept header does not name is not served.</summary>
    public bool HonoursAccept { get; set; } = true;

    /// <summary>Blobs are answered by 307 to the layer host.</summary>
    public bool RedirectsBlobs { get; set; }

    /// <summary>How long a presigned URL of the layer host is good for.</summary>
    public TimeSpan PresignedUrlLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Range requests are answered with 206; else with 200 and everything.</summary>
    public bool HonoursRange { get; set; } = true;

    /// <summary>Off: 404, and clients keep the fallback tag themselves.</summary>
    public bool HasReferrersApi { get; set; } = true;

    /// <summary>Most referrers on one page; 0: all on one.</summary>
    public int ReferrersPageSize { get; set; }

    /// <summary>The <c>artifactType</c> filter is applied and announced in <c>OCI-Filters-Applied</c>.</summary>
    public bool FiltersReferrers { get; set; } = true;

    /// <summary>PATCH answers 201 with the <c>Range</c> of the first chunk, whatever came after it.</summary>
    public bool RangeStuckAtFirstChunk { get; set; }

    /// <summary>Of a chunk that breaks off, what arrived stays; else the session stands where it stood before the chunk.</summary>
    public bool KeepsPartialChunks { get; set; } = true;

    /// <summary><c>POST ?digest=</c> with the whole body is accepted; else it opens a session.</summary>
    public bool SingleRequestUpload { get; set; } = true;

    /// <summary><c>PUT /manifests/{digest}?tag=a&amp;tag=b</c> sets the tags and says so in <c>OCI-Tag</c>.</summary>
    public bool MultiTagPush { get; set; }

    public MountRule Mounts { get; set; } = MountRule.DonorHasBlob;

    /// <summary>A manifest whose blobs or children are not in the repository is refused.</summary>
    public bool RequiresContent { get; set; } = true;

    /// <summary>A manifest whose subject is not in the repository is refused, which the distribution-spec forbids ("Pushing Manifests with Subject").</summary>
    public bool RequiresSubject { get; set; }

    /// <summary>Uploaded blobs up to this size are kept, in bytes; larger ones are verified and thrown away.</summary>
    public long KeepBlobsUpTo { get; set; } = 512L * 1024 * 1024;

    /// <summary>How many requests to the registry endpoint a repository that CreateRepository has just made still answers with NAME_UNKNOWN.</summary>
    public int NewRepositoriesHiddenFor { get; set; }

    /// <summary>405 for manifests that name a media or artifact type with parameters, as ECR's validator does.</summary>
    public bool RefusesMediaTypeParameters { get; set; }

    /// <summary>Every image that is pushed under a tag gains a signature as referrer, as ECR's managed signing does.</summary>
    public bool SignsOnPush { get; set; }

    /// <summary>How long an archived image is ACTIVATING once it is asked back.</summary>
    public TimeSpan RestoreTakes { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>Regions to which images are replicated.</summary>
    public IReadOnlyList<string> ReplicatesTo { get; set; } = [];

    /// <summary>How long after its push an image is still IN_PROGRESS there.</summary>
    public TimeSpan ReplicationTakes { get; set; }

    public bool ReplicationFails { get; set; }

    internal static RegistryBehaviour Ecr() => new()
    {
        CreatesRepositoriesOnPush = false,
        DigestHeaderOnGet = false,
        RedirectsBlobs = true,
        RangeStuckAtFirstChunk = true,
        KeepsPartialChunks = false,
        SingleRequestUpload = false,
        Mounts = MountRule.Never,
        RefusesMediaTypeParameters = true,
    };
}
