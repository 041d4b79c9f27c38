using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Emulator.Registry;

/// <summary>The referrers API (distribution-spec, "Listing Referrers").</summary>
internal sealed class ReferrerEndpoints(RegistryStore store)
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    public async Task ListAsync(HttpContext context, RegistryRoute route)
    {
        var behaviour = store.Behaviour;
        if (!behaviour.HasReferrersApi) throw new RegistryErrorException(404, "NOT_FOUND", "404 page not found");
        if (!ContentDigest.IsValid(route.Reference)) throw new RegistryErrorException(400, "DIGEST_INVALID", "provided digest is not valid");
        var type = context.Request.Query["artifactType"].ToString();
        var filters = behaviour.FiltersReferrers && type.Length > 0;
        var all = Of(store, route.Repository, route.Reference).Where(m => !filters || m.EffectiveArtifactType == type).ToList();
        if (filters) context.Response.Headers["OCI-Filters-Applied"] = "artifactType";

        var from = int.TryParse(context.Request.Query["from"], CultureInfo.InvariantCulture, out var offset) ? offset : 0;
        var page = all.Skip(from).Take(behaviour.ReferrersPageSize > 0 ? behaviour.ReferrersPageSize : int.MaxValue).ToList();
        if (from + page.Count < all.Count)
        {
            var filter = filters ? $"artifactType={Uri.EscapeDataString(type)}&" : "";
            context.Response.Headers.Link = $"</v2/{route.Repository}/referrers/{route.Reference}?{filter}from={from + page.Count}>; rel=\"next\"";
        }

        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = IndexType,
            ["manifests"] = new JsonArray([.. page.Select(Describe)]),
        };
        await context.WriteBytesAsync(IndexType, Encoding.UTF8.GetBytes(index.ToJsonString(WireJson.Options)));
    }

    public static IReadOnlyList<StoredManifest> Of(RegistryStore store, string repository, string digest) =>
        store.In(repository, r => r.Manifests.Values.Where(m => m.Subject == digest).OrderBy(m => m.Digest, StringComparer.Ordinal).ToList());

    private static JsonNode Describe(StoredManifest manifest)
    {
        var descriptor = new JsonObject { ["mediaType"] = manifest.MediaType, ["digest"] = manifest.Digest, ["size"] = manifest.Bytes.Length };
        if (manifest.EffectiveArtifactType.Length > 0) descriptor["artifactType"] = manifest.EffectiveArtifactType;
        if (manifest.Annotations.Count > 0)
        {
            descriptor["annotations"] = new JsonObject(manifest.Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)JsonValue.Create(a.Value))));
        }

        return descriptor;
    }
}
