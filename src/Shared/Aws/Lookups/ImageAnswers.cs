using System.Text;
using Promoter.Aws.Ecr.Model;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Aws.Lookups;

/// <summary>What BatchGetImage has said so far about the tags and digests of one repository.</summary>
internal sealed class ImageAnswers
{
    private readonly Dictionary<string, Digest?> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, bool> _digests = [];
    private readonly Dictionary<Digest, Manifest> _manifests = [];

    /// <summary>Ids whose failure is neither "found" nor "not found" (a key that cannot be used, an upstream that is away): only a pull tells.</summary>
    public bool HasUnclear { get; private set; }

    /// <summary>Ids that ECR has but does not give out.</summary>
    public bool HasInaccessible { get; private set; }

    public IReadOnlyDictionary<Digest, Manifest> Manifests => _manifests;

    public void Add(BatchGetImageResponse response)
    {
        foreach (var image in response.Images) Add(image);
        foreach (var failure in response.Failures) Add(failure);
    }

    /// <summary>The ids that have to be asked one by one to answer the query; none where everything about it is known.</summary>
    public IEnumerable<ImageIdentifier> Open(ManifestQuery query)
    {
        if (query.Tag is { } tag && !_tags.ContainsKey(tag.ToString())) yield return new ImageIdentifier { ImageTag = tag.ToString() };
        if (query.Digest is { } digest && !_digests.ContainsKey(digest)) yield return new ImageIdentifier { ImageDigest = digest.ToString() };
    }

    public ManifestAnswer Answer(ManifestQuery query)
    {
        var tagDigest = query.Tag is { } tag ? _tags.GetValueOrDefault(tag.ToString()) : null;
        var hasDigest = query.Digest is { } digest && _digests.GetValueOrDefault(digest);
        return new ManifestAnswer(query, tagDigest, hasDigest)
        {
            Manifest = (query.Digest ?? tagDigest) is { } wanted ? _manifests.GetValueOrDefault(wanted) : null,
        };
    }

    private void Add(Image image)
    {
        if (!Digest.TryParse(image.ImageId?.ImageDigest, out var digest)) return;
        _digests[digest] = true;
        if (image.ImageId.ImageTag is { Length: > 0 } tag) _tags[tag] = digest;
        if (!_manifests.ContainsKey(digest) && Read(image, digest) is { } manifest) _manifests[digest] = manifest;
    }

    private void Add(ImageFailure failure)
    {
        switch (failure.FailureCode)
        {
            case ImageFailure.ImageTagDoesNotMatchDigest:
                return;
            case ImageFailure.ImageInaccessible:
                HasInaccessible = true;
                break;
            case ImageFailure.ImageNotFound or ImageFailure.InvalidImageDigest or ImageFailure.InvalidImageTag:
                break;
            default:
                HasUnclear = true;
                return;
        }

        // "Not found" for a pair may mean its tag, its digest or both: only single ids settle anything.
        if (failure.ImageId is { ImageDigest: null, ImageTag: { } tag }) _tags.TryAdd(tag, null);
        if (failure.ImageId is { ImageTag: null } id && Digest.TryParse(id.ImageDigest, out var digest)) _digests.TryAdd(digest, value: false);
    }

    // The answer carries the manifest as text. Where it does not hash to the digest any more, or is of a kind that we do not read, the caller fetches it as bytes.
    private static Manifest? Read(Image image, Digest digest)
    {
        if (image.ImageManifest is not { } text) return null;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!digest.Matches(bytes)) return null;
        try
        {
            return ManifestReader.Read(bytes, image.ImageManifestMediaType, digest);
        }
        catch (ManifestFormatException)
        {
            return null;
        }
    }
}
