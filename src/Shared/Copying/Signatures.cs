using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// What counts as a signature of an image: cosign's <c>.sig</c> tag of its digest, or a referrer of one of the signature types. It is not verified here:
/// whose signature is good is for the cluster's policy to say.
/// </summary>
internal static class Signatures
{
    private static readonly string[] Types =
    [
        "application/vnd.dev.sigstore.bundle",
        "application/vnd.dev.cosign.artifact.sig",
        "application/vnd.cncf.notary.signature",
    ];

    public static Tag TagOf(Digest subject) => Tag.ForSubject(subject, ".sig");

    public static bool IsType(string? artifactType) => artifactType is not null && Types.Any(t => artifactType.StartsWith(t, StringComparison.Ordinal));

    /// <summary>Whether a repository has a signature of the digest; one request where cosign's tag is there, else two.</summary>
    public static async Task<bool> ExistAsync(IRepository repository, Digest subject, CancellationToken cancellationToken) =>
        await repository.HeadManifestAsync(ManifestReference.Of(TagOf(subject)), cancellationToken) is not null
        || (await repository.ListReferrersAsync(subject, cancellationToken)).Any(d => IsType(d.ArtifactType));
}
