using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// Whether two digests name the same manifest. A registry names what is pushed by tag with its own algorithm (sha256), so that a tag of an image that is
/// known by sha512 points to another digest of the same bytes.
/// </summary>
internal static class SameContent
{
    public static async Task<bool> IsAsync(IRepository repository, Digest? current, Digest wanted, CancellationToken cancellationToken)
    {
        if (current is not { } known || known.Algorithm == wanted.Algorithm) return current == wanted;
        return await repository.FetchManifestAsync(ManifestReference.Of(known), cancellationToken) is { } manifest && wanted.Matches(manifest.Bytes.Span);
    }
}
