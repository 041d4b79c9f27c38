namespace Promoter.Aws;

/// <summary>How a missing target repository comes into being, and with which settings. A setting that is null is left to ECR's default, or to the source repository with <see cref="CopySourceSettings"/>.</summary>
public sealed record RepositoryCreationOptions
{
    /// <summary>Let a creation template of the account make it on push, instead of creating it here; the template must match the name.</summary>
    public bool ByTemplate { get; init; }

    /// <summary>Take mutability, scanning, encryption type, lifecycle policy and tags from the source repository where they are not given here.</summary>
    public bool CopySourceSettings { get; init; }

    /// <summary><c>MUTABLE</c>, <c>IMMUTABLE</c>, <c>MUTABLE_WITH_EXCLUSION</c> or <c>IMMUTABLE_WITH_EXCLUSION</c>.</summary>
    public string? TagMutability { get; init; }

    /// <summary>Tags (with <c>*</c>) that the mutability does not apply to, at most five; cosign's <c>sha256-*</c> belongs here.</summary>
    public IReadOnlyList<string> MutabilityExclusions { get; init; } = [];

    public bool? ScanOnPush { get; init; }

    /// <summary><c>AES256</c>, <c>KMS</c> or <c>KMS_DSSE</c>; cannot be changed later.</summary>
    public string? EncryptionType { get; init; }

    /// <summary>Key id, key ARN or alias in the repository's region; null with KMS: the AWS managed key.</summary>
    public string? KmsKey { get; init; }

    /// <summary>The lifecycle policy's JSON.</summary>
    public string? LifecyclePolicy { get; init; }

    /// <summary>The repository policy's JSON.</summary>
    public string? RepositoryPolicy { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
