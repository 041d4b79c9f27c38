using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>An image identifier: a tag, a digest, or both, which asks whether the one points to the other.</summary>
internal readonly record struct ImageId(string? Digest, string? Tag)
{
    public static ImageId Parse(JsonObject json) => new((string?)json["imageDigest"], (string?)json["imageTag"]);

    /// <summary>The manifest, or the code and reason of the failure.</summary>
    public StoredManifest? Find(StoredRepository repository, out (string Code, string Reason) failure)
    {
        failure = ("ImageNotFound", "Requested image not found");
        if (Digest is null && Tag is null)
        {
            failure = ("MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null");
            return null;
        }

        if (Digest is not null && !ContentDigest.IsValid(Digest))
        {
            failure = ("InvalidImageDigest", "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
            return null;
        }

        if (Tag is not null && !repository.Tags.ContainsKey(Tag)) return null;
        if (Tag is not null && Digest is not null && repository.Tags[Tag] != Digest)
        {
            failure = ("ImageTagDoesNotMatchDigest", "The specified image tag does not match the specified image digest");
            return null;
        }

        return repository.Find(Digest ?? Tag!);
    }

    public override string ToString() => $"{{imageDigest:'{Digest ?? "null"}', imageTag:'{Tag ?? "null"}'}}";
}
