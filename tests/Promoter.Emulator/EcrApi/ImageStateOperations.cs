using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>What ECR knows of images beside their content: sizes, storage class, scans, replication.</summary>
internal static class ImageStateOperations
{
    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["DescribeImages"] = Describe,
        ["UpdateImageStorageClass"] = UpdateStorageClass,
        ["DescribeImageScanFindings"] = DescribeFindings,
        ["DescribeImageReplicationStatus"] = DescribeReplication,
    };

    private static JsonObject Describe(EcrCall call) => call.In(r =>
    {
        var ids = EcrCall.AtMost("imageIds", 100, call.Objects("imageIds")).Select(ImageId.Parse).ToList();
        if (ids.Count > 0) return new JsonObject { ["imageDetails"] = EcrJson.Array(ids.Select(id => Find(call, r, id)).DistinctBy(m => m.Digest).Select(m => Detail(call, r, m))) };
        var filter = call.Object("filter");
        var all = r.Manifests.Values.Where(m => (string?)filter?["tagStatus"] switch
        {
            "TAGGED" => r.Tags.ContainsValue(m.Digest),
            "UNTAGGED" => !r.Tags.ContainsValue(m.Digest),
            _ => true,
        }).Where(m => (string?)filter?["imageStatus"] is not { } status || status == "ANY" || Status(call, m) == status).ToList();
        var (page, next) = call.Page(all, 100);
        return new JsonObject { ["imageDetails"] = EcrJson.Array(page.Select(m => Detail(call, r, m))) }.With("nextToken", next);
    });

    private static JsonObject UpdateStorageClass(EcrCall call) => call.In(r =>
    {
        var id = ImageId.Parse(call.Object("imageId") ?? throw EcrCall.Invalid("imageId", "Member must not be null"));
        var manifest = Find(call, r, id);
        switch (call.Required("targetStorageClass"))
        {
            case "ARCHIVE":
                manifest.ArchivedUntil = DateTimeOffset.MaxValue;
                break;
            case "STANDARD":
                manifest.ArchivedUntil = call.Store.Clock.GetUtcNow() + call.Store.Behaviour.RestoreTakes;
                break;
            case var other:
                throw EcrCall.Invalid("targetStorageClass", $"Member must satisfy enum value set: [ARCHIVE, STANDARD], found {other}");
        }

        return new JsonObject
        {
            ["registryId"] = call.Account,
            ["repositoryName"] = r.Name,
            ["imageId"] = EcrJson.ImageId(manifest.Digest, id.Tag),
            ["imageStatus"] = Status(call, manifest),
        };
    });

    private static JsonObject DescribeFindings(EcrCall call) => call.In(r =>
    {
        var id = ImageId.Parse(call.Object("imageId") ?? throw EcrCall.Invalid("imageId", "Member must not be null"));
        var manifest = Find(call, r, id);
        var counts = r.ScanFindings.GetValueOrDefault(manifest.Digest) ?? throw new AwsErrorException(
            "ScanNotFoundException", $"Image scan does not exist for the image with '{id}' in the repository with name '{r.Name}' in the registry with id '{call.Account}'");
        return new JsonObject
        {
            ["registryId"] = call.Account,
            ["repositoryName"] = r.Name,
            ["imageId"] = EcrJson.ImageId(manifest.Digest, id.Tag),
            ["imageScanStatus"] = new JsonObject { ["status"] = "COMPLETE", ["description"] = "The scan was completed successfully." },
            ["imageScanFindings"] = new JsonObject { ["findings"] = new JsonArray(), ["findingSeverityCounts"] = Counts(counts) },
        };
    });

    private static JsonObject DescribeReplication(EcrCall call) => call.In(r =>
    {
        var id = ImageId.Parse(call.Object("imageId") ?? throw EcrCall.Invalid("imageId", "Member must not be null"));
        var manifest = Find(call, r, id);
        var behaviour = call.Store.Behaviour;
        var failed = behaviour.ReplicationFails;
        var status = failed ? "FAILED" : call.Store.Clock.GetUtcNow() >= manifest.PushedAt + behaviour.ReplicationTakes ? "COMPLETE" : "IN_PROGRESS";
        return new JsonObject
        {
            ["repositoryName"] = r.Name,
            ["imageId"] = EcrJson.ImageId(manifest.Digest, id.Tag),
            ["replicationStatuses"] = EcrJson.Array(behaviour.ReplicatesTo.Select(region => new JsonObject
            {
                ["region"] = region,
                ["registryId"] = call.Account,
                ["status"] = status,
            }.With("failureCode", failed ? "RepositoryNotFound" : null))),
        };
    });

    private static StoredManifest Find(EcrCall call, StoredRepository repository, ImageId id) => id.Find(repository, out _) ?? throw new AwsErrorException(
        "ImageNotFoundException",
        $"The image with imageId {id} does not exist within the repository with name '{repository.Name}' in the registry with id '{call.Account}'");

    private static string Status(EcrCall call, StoredManifest manifest) =>
        manifest.ArchivedUntil == DateTimeOffset.MaxValue ? "ARCHIVED" : manifest.ArchivedUntil > call.Store.Clock.GetUtcNow() ? "ACTIVATING" : "ACTIVE";

    private static JsonObject Detail(EcrCall call, StoredRepository repository, StoredManifest manifest)
    {
        var detail = new JsonObject
        {
            ["registryId"] = call.Account,
            ["repositoryName"] = repository.Name,
            ["imageDigest"] = manifest.Digest,
            ["imageSizeInBytes"] = Size(repository, manifest),
            ["imagePushedAt"] = EcrJson.Time(manifest.PushedAt),
            ["imageManifestMediaType"] = manifest.MediaType,
            ["imageStatus"] = Status(call, manifest),
        };
        var tags = repository.Tags.Where(t => t.Value == manifest.Digest).Select(t => t.Key).ToList();
        if (tags.Count > 0) detail["imageTags"] = EcrJson.Texts(tags);
        if (manifest.EffectiveArtifactType.Length > 0) detail["artifactMediaType"] = manifest.EffectiveArtifactType;
        if (manifest.PulledAt is { } pulled) detail["lastRecordedPullTime"] = EcrJson.Time(pulled);
        if (repository.ScanFindings.TryGetValue(manifest.Digest, out var counts))
        {
            detail["imageScanStatus"] = new JsonObject { ["status"] = "COMPLETE" };
            detail["imageScanFindingsSummary"] = new JsonObject { ["findingSeverityCounts"] = Counts(counts) };
        }

        return detail.With("subjectManifestDigest", manifest.Subject);
    }

    private static JsonObject Counts(IReadOnlyDictionary<string, int> counts) => new(counts.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)JsonValue.Create(c.Value))));

    private static long Size(StoredRepository repository, StoredManifest manifest) =>
        manifest.Blobs.Sum(b => b.Size) + manifest.Manifests.Sum(m => repository.Manifests.TryGetValue(m.Digest, out var child) ? Size(repository, child) : 0);
}
