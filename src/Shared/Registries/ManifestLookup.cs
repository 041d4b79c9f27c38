using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>What is asked of the target about one image: a tag, a digest, or "does this tag point to this digest".</summary>
public readonly record struct ManifestQuery(Tag? Tag, Digest? Digest);

/// <summary>The answer to one <see cref="ManifestQuery"/>.</summary>
/// <param name="Query">What was asked.</param>
/// <param name="TagDigest">Where the tag points; null where there is no such tag, or no tag was asked for.</param>
/// <param name="HasDigest">Whether the digest asked for is in the repository (under any tag or none).</param>
public sealed record ManifestAnswer(ManifestQuery Query, Digest? TagDigest, bool HasDigest)
{
    /// <summary>False where the repository itself does not exist: then nothing in it does.</summary>
    public bool RepositoryExists { get; init; } = true;

    /// <summary>Why nothing is known: the principal may push and not look (AWS's minimal push policy). Null where the answer is one.</summary>
    public RegistryException? Refusal { get; init; }

    /// <summary>The manifest, where the look-up brought it along; saves fetching it when only a tag is missing.</summary>
    public Manifest? Manifest { get; init; }

    /// <summary>The registry holds the image in an archive tier, from which it cannot be pulled (ECR, November 2025).</summary>
    public bool IsArchived { get; init; }
}
