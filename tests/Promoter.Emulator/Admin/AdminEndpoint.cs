using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Admin;

/// <summary>
/// What scripts look at: <c>GET /_emulator/requests</c> (add <c>?account=</c>), <c>DELETE /_emulator/requests</c>, <c>GET /_emulator/state</c>. Not recorded itself.
/// </summary>
internal sealed class AdminEndpoint(RequestLog requests, Func<IReadOnlyList<EmulatedRegistry>> registries)
{
    public const string Prefix = "/_emulator/";

    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        switch (context.Request.Method, path[Prefix.Length..])
        {
            case ("GET", "requests"):
                return WriteAsync(context, Requests(context.Request.Query["account"].ToString() is { Length: > 0 } account ? account : null));
            case ("DELETE", "requests"):
                requests.Clear();
                return WriteAsync(context, []);
            case ("GET", "state"):
                return WriteAsync(context, new JsonObject(registries().Select(r => KeyValuePair.Create(r.Name, (JsonNode?)State(r)))));
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return WriteAsync(context, new JsonObject { ["error"] = $"nothing at {path}: try {Prefix}requests or {Prefix}state" });
        }
    }

    private static Task WriteAsync(HttpContext context, JsonObject json) => context.WriteBytesAsync("application/json", Encoding.UTF8.GetBytes(json.ToJsonString(WireJson.Indented)));

    private JsonObject Requests(string? account)
    {
        var shown = requests.Where(account: account);
        var counters = shown.Select(r => r.Account).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(a => KeyValuePair.Create(a, (JsonNode?)new JsonObject(requests.Counters(a).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)JsonValue.Create(c.Value))))));
        return new JsonObject { ["counters"] = new JsonObject(counters), ["requests"] = new JsonArray([.. shown.Select(Request)]) };
    }

    private static JsonNode Request(RecordedRequest request) => new JsonObject
    {
        ["index"] = request.Index,
        ["finished"] = request.Finished,
        ["account"] = request.Account,
        ["action"] = request.Action.ToString(),
        ["operation"] = request.Operation,
        ["method"] = request.Method,
        ["path"] = request.Path,
        ["repository"] = request.Repository,
        ["reference"] = request.Reference,
        ["status"] = request.Status,
        ["bytesReceived"] = request.BytesReceived,
        ["bytesSent"] = request.BytesSent,
        ["hasAuthorization"] = request.HasAuthorization,
        ["protocol"] = request.Protocol,
        ["principal"] = request.Principal,
        ["fault"] = request.Fault,
    };

    private static JsonObject State(EmulatedRegistry registry) => new(registry.Repositories.Select(name =>
    {
        var tags = registry.TagsOf(name).Select(t => KeyValuePair.Create(t.Key, (JsonNode?)JsonValue.Create(t.Value)));
        var manifests = registry.ManifestsOf(name).Select(d => registry.ManifestOf(name, d)).OfType<StoredManifest>().Select(m => (JsonNode)new JsonObject
        {
            ["digest"] = m.Digest,
            ["mediaType"] = m.MediaType,
            ["artifactType"] = m.ArtifactType,
            ["subject"] = m.Subject,
            ["size"] = m.Bytes.Length,
        });
        return KeyValuePair.Create(name, (JsonNode?)new JsonObject
        {
            ["tags"] = new JsonObject(tags),
            ["manifests"] = new JsonArray([.. manifests]),
            ["blobs"] = new JsonArray([.. registry.BlobsOf(name).Select(b => (JsonNode?)JsonValue.Create(b))]),
        });
    }));
}
