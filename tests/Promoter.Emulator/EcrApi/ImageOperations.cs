using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Reading, writing and deleting images.</summary>
internal static class ImageOperations
{
    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["BatchGetImage"] = BatchGet,
        ["PutImage"] = Put,
        ["ListImages"] = List,
        ["BatchDeleteImage"] = BatchDelete,
        ["ListImageReferrers"] = ListReferrers,
    };

    private static JsonObject BatchGet(EcrCall call)
    {
        var ids = EcrCall.AtMost("imageIds", 100, call.Objects("imageIds")).Select(ImageId.Parse).ToList();
        var accepted = call.Texts("acceptedMediaTypes");
        return call.In(r =>
        {
            var (images, failures) = (new JsonArray(), new JsonArray());
            foreach (var id in ids)
            {
                var manifest = id.Find(r, out var failure);
                if (manifest is null || manifest.IsArchivedAt(call.Store.Clock.GetUtcNow()) || (accepted.Count > 0 && !accepted.Contains(manifest.MediaType)))
                {
                    failures.Add(new JsonObject { ["imageId"] = EcrJson.ImageId(id.Digest, id.Tag), ["failureCode"] = failure.Code, ["failureReason"] = failure.Reason });
                    continue;
                }

                manifest.PulledAt = call.Store.Clock.GetUtcNow();
                images.Add(Image(call, r, manifest, id.Tag));
            }

            return new JsonObject { ["images"] = images, ["failures"] = failures };
        });
    }

    private static JsonObject Put(EcrCall call)
    {
        var bytes = Encoding.UTF8.GetBytes(call.Required("imageManifest"));
        var (tag, digest) = (call.Text("imageTag"), call.Text("imageDigest"));
        var actual = ContentDigest.Of(bytes);
        return call.In(r =>
        {
            if (r.Manifests.TryGetValue(actual, out var there) && !there.IsArchivedAt(call.Store.Clock.GetUtcNow()) && (tag is null || r.Tags.GetValueOrDefault(tag) == actual))
            {
                throw new AwsErrorException(
                    "ImageAlreadyExistsException",
                    $"Image with digest '{actual}'{(tag is null ? "" : $" and tag '{tag}'")} already exists in the repository with name '{r.Name}' in registry with id '{call.Account}'");
            }

            var pushed = new ManifestPush(call.Store).Store(r.Name, bytes, call.Text("imageManifestMediaType") ?? "", digest, tag is null ? [] : [tag]);
            return new JsonObject { ["image"] = Image(call, r, pushed, tag) };
        });
    }

    private static JsonObject List(EcrCall call) => call.In(r =>
    {
        var status = (string?)call.Object("filter")?["tagStatus"];
        var tagged = r.Tags.Select(t => EcrJson.ImageId(t.Value, t.Key));
        var untagged = r.Manifests.Keys.Where(d => !r.Tags.ContainsValue(d)).Select(d => EcrJson.ImageId(d, null));
        var all = status switch
        {
            "TAGGED" => tagged,
            "UNTAGGED" => untagged,
            _ => tagged.Concat(untagged),
        };
        var (page, next) = call.Page(all.ToList(), 100);
        return new JsonObject { ["imageIds"] = EcrJson.Array(page) }.With("nextToken", next);
    });

    private static JsonObject BatchDelete(EcrCall call)
    {
        var ids = EcrCall.AtMost("imageIds", 100, call.Objects("imageIds")).Select(ImageId.Parse).ToList();
        return call.In(r =>
        {
            var (deleted, failures) = (new JsonArray(), new JsonArray());
            foreach (var id in ids)
            {
                var manifest = id.Find(r, out var failure);
                if (manifest is not null && id.Digest is not null && r.Manifests.Values.Any(m => m.Manifests.Any(c => c.Digest == manifest.Digest)))
                {
                    failure = ("ImageReferencedByManifestList", $"Requested image referenced by manifest list: [{string.Join(", ", Parents(r, manifest.Digest))}]");
                    manifest = null;
                }

                if (manifest is null)
                {
                    failures.Add(new JsonObject { ["imageId"] = EcrJson.ImageId(id.Digest, id.Tag), ["failureCode"] = failure.Code, ["failureReason"] = failure.Reason });
                    continue;
                }

                foreach (var tag in r.Tags.Where(t => t.Value == manifest.Digest && (id.Digest is not null || t.Key == id.Tag)).Select(t => t.Key).ToList())
                {
                    r.Tags.Remove(tag);
                    deleted.Add(EcrJson.ImageId(manifest.Digest, tag));
                }

                // Removing the last tag removes the image.
                if (!r.Tags.ContainsValue(manifest.Digest)) r.Manifests.Remove(manifest.Digest);
            }

            return new JsonObject { ["imageIds"] = deleted, ["failures"] = failures };
        });
    }

    private static JsonObject ListReferrers(EcrCall call)
    {
        var digest = (string?)call.Object("subjectId")?["imageDigest"] ?? throw EcrCall.Invalid("subjectId", "Member must not be null");
        var types = call.Object("filter")?["artifactTypes"] is JsonArray list ? list.Select(t => (string?)t).ToList() : [];
        var referrers = ReferrerEndpoints.Of(call.Store, call.Repository, digest).Where(m => types.Count == 0 || types.Contains(m.EffectiveArtifactType)).ToList();
        var (page, next) = call.Page(referrers, 50);
        return new JsonObject
        {
            ["referrers"] = EcrJson.Array(page.Select(m => new JsonObject
            {
                ["digest"] = m.Digest,
                ["mediaType"] = m.MediaType,
                ["artifactType"] = m.EffectiveArtifactType,
                ["size"] = m.Bytes.Length,
                ["artifactStatus"] = m.IsArchivedAt(call.Store.Clock.GetUtcNow()) ? "ARCHIVED" : "ACTIVE",
                ["annotations"] = new JsonObject(m.Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)JsonValue.Create(a.Value)))),
            })),
        }.With("nextToken", next);
    }

    private static IEnumerable<string> Parents(StoredRepository repository, string child) =>
        repository.Manifests.Values.Where(m => m.Manifests.Any(c => c.Digest == child)).Select(m => m.Digest);

    private static JsonObject Image(EcrCall call, StoredRepository repository, StoredManifest manifest, string? tag) => new()
    {
        ["registryId"] = call.Account,
        ["repositoryName"] = repository.Name,
        ["imageId"] = EcrJson.ImageId(manifest.Digest, tag),
        ["imageManifest"] = Encoding.UTF8.GetString(manifest.Bytes),
        ["imageManifestMediaType"] = manifest.MediaType,
    };
}
