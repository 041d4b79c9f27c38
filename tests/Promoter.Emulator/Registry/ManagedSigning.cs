using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Emulator.Registry;

/// <summary>ECR's managed signing: a push gains a referrer that its source does not have.</summary>
internal static class ManagedSigning
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string SignatureType = "application/vnd.cncf.notary.signature";

    public static void Sign(StoredRepository repository, StoredManifest subject, DateTimeOffset now)
    {
        var (config, envelope) = ("{}"u8.ToArray(), Encoding.UTF8.GetBytes($"notation signature of {subject.Digest}"));
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["artifactType"] = SignatureType,
            ["config"] = Add(repository, config, "application/vnd.oci.empty.v1+json"),
            ["layers"] = new JsonArray(Add(repository, envelope, "application/jose+json")),
            ["subject"] = new JsonObject { ["mediaType"] = subject.MediaType, ["digest"] = subject.Digest, ["size"] = subject.Bytes.Length },
        };
        var bytes = Encoding.UTF8.GetBytes(manifest.ToJsonString(WireJson.Options));
        var signature = StoredManifest.Parse(bytes, ManifestType, ContentDigest.Of(bytes));
        signature.PushedAt = now;
        repository.Manifests.TryAdd(signature.Digest, signature);
    }

    private static JsonObject Add(StoredRepository repository, byte[] bytes, string mediaType)
    {
        var digest = ContentDigest.Of(bytes);
        repository.Blobs.TryAdd(digest, BlobContent.Of(bytes));
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = bytes.Length };
    }
}
