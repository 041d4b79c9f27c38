using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Layers by the JSON API, as the AWS SDK's own uploaders use them.</summary>
internal static class LayerOperations
{
    private const int PartSize = 10 * 1024 * 1024;
    private const int MinPartSize = 5 * 1024 * 1024;

    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["BatchCheckLayerAvailability"] = BatchCheck,
        ["InitiateLayerUpload"] = Initiate,
        ["UploadLayerPart"] = UploadPart,
        ["CompleteLayerUpload"] = Complete,
    };

    public static JsonObject GetDownloadUrl(EcrCall call, LayerHost layers)
    {
        var digest = call.Required("layerDigest");
        var exists = call.In(r => r.Blobs.ContainsKey(digest));
        if (!exists)
        {
            throw new AwsErrorException(
                "LayersNotFoundException",
                $"The layer with digest '{digest}' does not exist within the repository with name '{call.Repository}' in the registry with id '{call.Account}'");
        }

        if (call.In(r => !r.IsReferenced(digest)))
        {
            throw new AwsErrorException("LayerInaccessibleException", $"Layer with digest '{digest}' is not associated with an image in the repository with name '{call.Repository}'");
        }

        return new JsonObject { ["downloadUrl"] = layers.Presign(call.Store, digest, call.Store.Behaviour.PresignedUrlLifetime), ["layerDigest"] = digest };
    }

    private static JsonObject BatchCheck(EcrCall call)
    {
        var digests = EcrCall.AtMost("layerDigests", 100, call.Texts("layerDigests"));
        return call.In(r =>
        {
            var (layers, failures) = (new JsonArray(), new JsonArray());
            foreach (var digest in digests)
            {
                if (!ContentDigest.IsValid(digest))
                {
                    failures.Add(new JsonObject
                    {
                        ["layerDigest"] = digest,
                        ["failureCode"] = digest.Length == 0 ? "MissingLayerDigest" : "InvalidLayerDigest",
                        ["failureReason"] = "Invalid layer digest",
                    });
                }
                else if (r.Blobs.TryGetValue(digest, out var blob))
                {
                    layers.Add(new JsonObject
                    {
                        ["layerDigest"] = digest,
                        ["layerAvailability"] = IsArchived(call, r, digest) ? "ARCHIVED" : "AVAILABLE",
                        ["layerSize"] = blob.Length,
                        ["mediaType"] = r.Manifests.Values.SelectMany(m => m.Blobs).FirstOrDefault(b => b.Digest == digest)?.MediaType ?? "application/octet-stream",
                    });
                }
                else
                {
                    layers.Add(new JsonObject { ["layerDigest"] = digest, ["layerAvailability"] = "UNAVAILABLE" });
                }
            }

            return new JsonObject { ["layers"] = layers, ["failures"] = failures };
        });
    }

    private static JsonObject Initiate(EcrCall call) => call.Store.InPushed(call.Repository, r =>
    {
        var session = new UploadSession(r.Name, call.Store.Behaviour.KeepBlobsUpTo, ContentDigest.Sha256);
        r.Uploads.Add(session.Id, session);
        return new JsonObject { ["uploadId"] = session.Id, ["partSize"] = PartSize };
    });

    private static JsonObject UploadPart(EcrCall call) => call.In(r =>
    {
        var session = Find(call, r);
        var (first, last) = (call.Number("partFirstByte"), call.Number("partLastByte"));
        var part = Convert.FromBase64String(call.Required("layerPartBlob"));
        if (first != session.Length || last != first + part.Length - 1)
        {
            throw new AwsErrorException(
                "InvalidLayerPartException", $"First byte of the layer part is {first} instead of {session.Length} for upload '{session.Id}' in repository '{r.Name}' in registry '{call.Account}'")
            {
                Details = new JsonObject { ["registryId"] = call.Account, ["repositoryName"] = r.Name, ["uploadId"] = session.Id, ["lastValidByteReceived"] = session.Length - 1 },
            };
        }

        session.HasSmallPart |= session.LastPart is > 0 and < MinPartSize;
        session.LastPart = part.Length;
        session.Append(part);
        return new JsonObject { ["registryId"] = call.Account, ["repositoryName"] = r.Name, ["uploadId"] = session.Id, ["lastByteReceived"] = session.Length - 1 };
    });

    private static JsonObject Complete(EcrCall call) => call.In(r =>
    {
        var session = Find(call, r);
        var digest = call.Texts("layerDigests") is [var one] ? one : throw EcrCall.Invalid("layerDigests", "Member must have length equal to 1");
        if (session.Length == 0) throw new AwsErrorException("EmptyUploadException", $"Upload '{session.Id}' has no layer parts");
        if (session.HasSmallPart) throw new AwsErrorException("LayerPartTooSmallException", $"Layer parts must be at least {MinPartSize} bytes, but for the last");
        if (r.Blobs.ContainsKey(digest))
        {
            throw new AwsErrorException("LayerAlreadyExistsException", $"Layer with digest '{digest}' already exists in the repository with name '{r.Name}' in the registry with id '{call.Account}'");
        }

        var blob = session.Finish(digest, out var actual) ?? throw new AwsErrorException("InvalidLayerException", $"Layer digest '{digest}' does not match the digest '{actual}' of what was uploaded");
        r.Uploads.Remove(session.Id);
        r.Blobs[digest] = blob;
        return new JsonObject { ["registryId"] = call.Account, ["repositoryName"] = r.Name, ["uploadId"] = session.Id, ["layerDigest"] = digest };
    });

    private static UploadSession Find(EcrCall call, StoredRepository repository) => repository.Uploads.GetValueOrDefault(call.Required("uploadId")) ?? throw new AwsErrorException(
        "UploadNotFoundException", $"The upload with id '{call.Text("uploadId")}' does not exist in the repository with name '{repository.Name}' in the registry with id '{call.Account}'");

    private static bool IsArchived(EcrCall call, StoredRepository repository, string blob)
    {
        var users = repository.Manifests.Values.Where(m => m.Blobs.Any(b => b.Digest == blob)).ToList();
        return users.Count > 0 && users.TrueForAll(m => m.IsArchivedAt(call.Store.Clock.GetUtcNow()));
    }
}
