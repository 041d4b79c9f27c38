using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Emulator.Registry;

/// <summary><c>tags/list</c> and <c>_catalog</c>, with paging by <c>n</c> and <c>last</c>.</summary>
internal sealed class TagEndpoints(RegistryStore store)
{
    private const int EcrMaxResults = 1000;

    public Task ListAsync(HttpContext context, RegistryRoute route)
    {
        var tags = store.In(route.Repository, r => r.Tags.Keys.ToList());
        return WriteAsync(context, $"/v2/{route.Repository}/tags/list", tags, page => new JsonObject { ["name"] = route.Repository, ["tags"] = page });
    }

    public Task CatalogAsync(HttpContext context) =>
        WriteAsync(context, "/v2/_catalog", store.Access(all => all.Keys.ToList()), page => new JsonObject { ["repositories"] = page });

    private Task WriteAsync(HttpContext context, string path, List<string> names, Func<JsonArray, JsonObject> body)
    {
        var query = context.Request.Query;
        var n = int.TryParse(query["n"], CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : EcrMaxResults;
        if (store.Wording.IsEcr && n > EcrMaxResults)
        {
            throw new RegistryErrorException(405, "UNSUPPORTED", "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'");
        }

        var rest = names.Where(name => string.CompareOrdinal(name, query["last"].ToString()) > 0).ToList();
        var page = rest.Take(n).ToList();
        if (page.Count < rest.Count) context.Response.Headers.Link = $"<{path}?n={n}&last={Uri.EscapeDataString(page[^1])}>; rel=\"next\"";
        var json = body(new JsonArray([.. page.Select(name => (JsonNode?)JsonValue.Create(name))]));
        return context.WriteBytesAsync("application/json", Encoding.UTF8.GetBytes(json.ToJsonString(WireJson.Options)));
    }
}
