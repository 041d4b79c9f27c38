using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Oci;

namespace Promoter.Tests.Aws;

/// <summary>The images of one repository, answering BatchGetImage and DescribeImages as ECR does.</summary>
internal sealed class StubImages
{
    private readonly ConcurrentDictionary<string, string> _manifests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _tags = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _archived = new(StringComparer.Ordinal);

    /// <summary>What an archived image answers to a pull.</summary>
    public string ArchivedFailure { get; set; } = "ImageNotFound";

    public static StubImages On(StubAws aws)
    {
        var images = new StubImages();
        aws.On("BatchGetImage", images.BatchGetImage);
        aws.On("DescribeImages", images.DescribeImages);
        return images;
    }

    public Digest Add(int seed, string? tag = null, bool archived = false)
    {
        var manifest = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{DigestOf(seed)}}","size":{{seed}}},"layers":[]}""";
        var digest = Digest.Of(Encoding.UTF8.GetBytes(manifest));
        _manifests[digest.ToString()] = manifest;
        _archived[digest.ToString()] = archived;
        if (tag is not null) _tags[tag] = digest.ToString();
        return digest;
    }

    public static Digest DigestOf(int seed) => Digest.Of(Encoding.UTF8.GetBytes($"content {seed}"));

    public StubReply BatchGetImage(JsonObject body)
    {
        var images = new JsonArray();
        var failures = new JsonArray();
        var ids = body["imageIds"]!.AsArray();
        if (ids.Count > 100) return StubReply.Error(400, "InvalidParameterException", "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'");
        foreach (var id in ids)
        {
            var (digest, failure) = Resolve(id!["imageDigest"]?.ToString(), id["imageTag"]?.ToString());
            if (failure is not null)
            {
                failures.Add(new JsonObject { ["imageId"] = id.DeepClone(), ["failureCode"] = failure, ["failureReason"] = "Requested image not found" });
                continue;
            }

            var imageId = new JsonObject { ["imageDigest"] = digest };
            if (id["imageTag"] is { } tag) imageId["imageTag"] = tag.DeepClone();
            images.Add(new JsonObject { ["imageId"] = imageId, ["imageManifest"] = _manifests[digest!], ["imageManifestMediaType"] = MediaTypes.OciManifest });
        }

        return StubReply.Json(new JsonObject { ["images"] = images, ["failures"] = failures });
    }

    private (string? Digest, string? Failure) Resolve(string? digest, string? tag)
    {
        var byTag = tag is null ? null : _tags.GetValueOrDefault(tag);
        if (tag is not null && digest is not null && byTag is not null && byTag != digest) return (null, "ImageTagDoesNotMatchDigest");
        var found = tag is null ? digest : byTag;
        if (found is null || !_manifests.ContainsKey(found)) return (null, "ImageNotFound");
        return _archived[found] ? (null, ArchivedFailure) : (found, null);
    }

    private StubReply DescribeImages(JsonObject body)
    {
        var id = body["imageIds"]!.AsArray().Single()!;
        var digest = id["imageDigest"]?.ToString() ?? _tags.GetValueOrDefault(id["imageTag"]!.ToString());
        if (digest is null || !_manifests.ContainsKey(digest)) return StubReply.Error(400, "ImageNotFoundException", "The image does not exist");
        return StubReply.Json(new JsonObject
        {
            ["imageDetails"] = new JsonArray(new JsonObject
            {
                ["imageDigest"] = digest,
                ["imageStatus"] = _archived[digest] ? "ARCHIVED" : "ACTIVE",
                ["imageTags"] = new JsonArray([.. _tags.Where(tag => tag.Value == digest).Select(tag => (JsonNode)tag.Key)]),
            }),
        });
    }
}
