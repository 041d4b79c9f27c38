using System.Text.Json.Nodes;

namespace Promoter.Emulator.Registry;

/// <summary>The error texts of a registry. ECR's are contracts: clients read digests and names out of them.</summary>
internal sealed class RegistryWording(string account, bool isEcr)
{
    public bool IsEcr => isEcr;

    public RegistryErrorException RepositoryUnknown(string repository) => new(
        404,
        "NAME_UNKNOWN",
        isEcr ? $"The repository with name '{repository}' does not exist in the registry with id '{account}'" : "repository name not known to registry",
        new JsonObject { ["name"] = repository })
    {
        AwsCode = "RepositoryNotFoundException",
    };

    public RegistryErrorException ManifestUnknown(string repository, string reference) => new(
        404,
        "MANIFEST_UNKNOWN",
        isEcr ? "Requested image not found" : "manifest unknown",
        isEcr ? null : new JsonObject { ["name"] = repository, ["reference"] = reference });

    public RegistryErrorException BlobUnknown(string digest) => new(404, "BLOB_UNKNOWN", "blob unknown to registry", isEcr ? null : new JsonObject { ["digest"] = digest });

    public RegistryErrorException LayersMissing(string repository, IReadOnlyList<string> digests) => Missing("Layers", "BLOB_UPLOAD_UNKNOWN", "LayersNotFoundException", repository, digests);

    public RegistryErrorException ImagesMissing(string repository, IReadOnlyList<string> digests) => Missing("Images", "MANIFEST_BLOB_UNKNOWN", "ReferencedImagesNotFoundException", repository, digests);

    public RegistryErrorException ManifestInvalid(string problem) => isEcr
        ? new RegistryErrorException(405, "UNSUPPORTED", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'")
        : new RegistryErrorException(400, "MANIFEST_INVALID", $"manifest invalid: {problem}");

    public RegistryErrorException ManifestDigestDiffers(string named, string actual) => isEcr
        ? new RegistryErrorException(400, "DIGEST_INVALID", $"The provided image digest {named} does not match the calculated digest {actual}") { AwsCode = "ImageDigestDoesNotMatchException" }
        : new RegistryErrorException(400, "DIGEST_INVALID", "provided digest did not match uploaded content");

    public RegistryErrorException BlobDigestDiffers(string named, string actual) => isEcr
        ? new RegistryErrorException(400, "BLOB_UPLOAD_INVALID", $"The layer with digest '{actual}' does not match the digest '{named}' that was provided")
        : new RegistryErrorException(400, "DIGEST_INVALID", $"provided digest did not match uploaded content: {actual}");

    public RegistryErrorException ChunkOutOfOrder(string repository, string upload, long first, long expected) => isEcr
        ? new RegistryErrorException(
            416,
            "BLOB_UPLOAD_INVALID",
            $"First byte of the layer part is {first} instead of {expected} for upload '{upload}' in repository '{repository}' in registry '{account}'")
        : new RegistryErrorException(416, "BLOB_UPLOAD_INVALID", $"the chunk starts at {first}, the upload stands at {expected}");

    public static RegistryErrorException UploadUnknown() => new(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");

    public static RegistryErrorException TagImmutable(string repository, string tag) => new(
        400, "TAG_INVALID", $"The image tag '{tag}' already exists in the '{repository}' repository and cannot be overwritten because the tag is immutable.")
    {
        AwsCode = "ImageTagAlreadyExistsException",
    };

    // ECR's codes differ for the two (oras-py#54, docker-manifest-create-action#63); the sentence is the same, and so is its cure.
    private RegistryErrorException Missing(string what, string ecrCode, string awsCode, string repository, IReadOnlyList<string> digests) => new(
        isEcr ? 404 : 400,
        isEcr ? ecrCode : "MANIFEST_BLOB_UNKNOWN",
        isEcr
            ? $"{what} with digests '[{string.Join(", ", digests)}]' required for pushing image into repository with name '{repository}' in the registry with id '{account}' do not exist"
            : "blob unknown to registry",
        isEcr ? null : new JsonObject { ["digest"] = digests[0] })
    {
        AwsCode = awsCode,
    };
}
