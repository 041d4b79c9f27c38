using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Promoter.FakeApiServer;

/// <summary>
/// A Kubernetes API server on loopback: a store with resource versions, watches with bookmarks, patches, schema validation, and switches for what goes wrong.
/// It behaves as Kubernetes does on conflict, 410 and validation; it has no controllers.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly ObjectStore _store;
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedCall> _calls = new();
    private readonly List<ApiFault> _faults = [];
    private CancellationTokenSource _connections = new();
    private long? _cached;

    private ApiServer(X509Certificate2? certificate, TimeProvider time)
    {
        _store = new ObjectStore(time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is null) return;
            listen.UseHttps(certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public Uri Url => new(_app.Urls.First() + "/");

    public IReadOnlyCollection<RecordedCall> Calls => _calls;

    /// <summary>Bearer tokens that are let in; empty: everybody is.</summary>
    public ISet<string> Tokens { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What <c>/version</c> says.</summary>
    public (string Major, string Minor) Version { get; set; } = ("1", "34");

    /// <summary>Seen before an object is created: admission, in short. May change the object or throw <see cref="ApiException"/>.</summary>
    public Func<ApiPath, JsonObject, Task<JsonObject>>? Admission { get; set; }

    /// <summary>Whether a request may be made: authorization, in short. The verb is RBAC's.</summary>
    public Func<string, ApiPath, bool>? Authorization { get; set; }

    /// <summary>What a SelfSubjectAccessReview says about a verb on a resource; null: that it is allowed.</summary>
    public Func<string, string, bool>? Access { get; set; }

    public static async Task<ApiServer> StartAsync(X509Certificate2? certificate = null, TimeProvider? time = null)
    {
        var server = new ApiServer(certificate, time ?? TimeProvider.System);
        await server._app.StartAsync();
        return server;
    }

    public JsonObject? Find(string path)
    {
        try
        {
            return _store.Get(ApiPath.Parse(path)!);
        }
        catch (ApiException e) when (e.Code == 404)
        {
            return null;
        }
    }

    public IReadOnlyList<JsonObject> List(string path) => _store.List(ApiPath.Parse(path)!, _ => true, _store.Version).Items;

    /// <summary>Creates an object behind the API: no admission, no validation, no record of the call.</summary>
    public JsonObject Seed(string collection, JsonObject item) => _store.Create(ApiPath.Parse(collection)!, item);

    /// <summary>Changes an object behind the API, as a kubelet or a controller would.</summary>
    public JsonObject Change(string path, Action<JsonObject> change) => _store.Update(ApiPath.Parse(path)!, item =>
    {
        change(item);
        return item;
    });

    public void Remove(string path) => _store.Delete(ApiPath.Parse(path)!, null);

    public void Fail(ApiFault fault)
    {
        lock (_faults) _faults.Add(fault);
    }

    public void Heal()
    {
        lock (_faults) _faults.Clear();
    }

    /// <summary>Cuts every connection that is open, watches above all.</summary>
    public void CutConnections()
    {
        var old = Interlocked.Exchange(ref _connections, new CancellationTokenSource());
        old.Cancel();
    }

    /// <summary>From now on lists with <c>resourceVersion=0</c> get the present state: the watch cache of one of several API servers, which falls behind.</summary>
    public void FreezeCache() => _cached = _store.Version;

    /// <summary>Compaction: whoever resumes a watch from before now gets 410.</summary>
    public void ForgetHistory()
    {
        _store.ForgetHistory();
        CutConnections();
    }

    public async ValueTask DisposeAsync()
    {
        CutConnections();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        var connections = _connections.Token;
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var target = http.Request.Path + http.Request.QueryString;
        _calls.Enqueue(new RecordedCall(http.Request.Method, target, http.Request.Headers.Authorization.ToString(), http.Request.ContentType ?? "", body)
        {
            ClientSubject = http.Connection.ClientCertificate?.Subject ?? "",
        });
        try
        {
            if (await StumbleAsync(http)) return;
            if (Tokens.Count > 0 && !Tokens.Contains(http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal)))
            {
                throw new ApiException(401, "Unauthorized", "Unauthorized");
            }

            if (http.Request.Path == "/version")
            {
                await WriteAsync(http, 200, new JsonObject { ["major"] = Version.Major, ["minor"] = Version.Minor, ["gitVersion"] = $"v{Version.Major}.{Version.Minor}.0" });
                return;
            }

            var path = ApiPath.Parse(http.Request.Path) ?? throw new ApiException(404, "NotFound", "the server could not find the requested resource");
            if (path.Plural == "selfsubjectaccessreviews")
            {
                await WriteAsync(http, 201, ReviewAccess(Parse(body)));
                return;
            }

            var verb = VerbOf(http.Request, path);
            if (Authorization is { } authorization && !authorization(verb, path)) throw new ApiException(403, "Forbidden", $"{path.Plural} is forbidden: cannot {verb} resource");
            if (http.Request.Method == "GET" && http.Request.Query["fieldSelector"].ToString() is { Length: > 0 } fields) ObjectRules.CheckSelector(path, fields);
            if (http.Request.Query["watch"] == "true") await WatchStream.ServeAsync(http, path, _store, connections, _app.Lifetime.ApplicationStopping);
            else await AnswerAsync(http, path, body);
        }
        catch (ApiException e)
        {
            await WriteAsync(http, e.Code, e.Status);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    // Everybody may ask (system:basic-user), and nothing is stored.
    private JsonObject ReviewAccess(JsonObject review)
    {
        var asked = review["spec"]?["resourceAttributes"] ?? throw ApiException.Invalid("spec.resourceAttributes: exactly one of nonResourceAttributes or resourceAttributes must be specified");
        review["status"] = new JsonObject { ["allowed"] = Access?.Invoke(asked["verb"]!.GetValue<string>(), asked["resource"]!.GetValue<string>()) ?? true };
        return review;
    }

    private static string VerbOf(HttpRequest request, ApiPath path) => request.Method switch
    {
        "GET" when request.Query["watch"] == "true" => "watch",
        "GET" when path.Name is null => "list",
        "GET" => "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        _ => "delete",
    };

    private async Task<bool> StumbleAsync(HttpContext http)
    {
        ApiFault? fault;
        lock (_faults)
        {
            fault = _faults.Find(one => one.Left != 0 && one.Matches(http.Request.Method, http.Request.Path));
            if (fault is { Left: > 0 }) fault.Left--;
        }

        if (fault is null) return false;
        if (fault.Status is not { } status)
        {
            http.Abort();
            return true;
        }

        if (fault.RetryAfter is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(http, status, new ApiException(status, "InternalError", $"planted fault {status}").Status);
        return true;
    }

    private async Task AnswerAsync(HttpContext http, ApiPath path, string body)
    {
        switch (http.Request.Method)
        {
            case "GET" when path.Name is null:
                await WriteAsync(http, 200, List(http, path));
                break;
            case "GET":
                await WriteAsync(http, 200, _store.Get(path));
                break;
            case "POST":
                await WriteAsync(http, 201, await CreateAsync(path, Parse(body)));
                break;
            case "PUT":
                var replacement = Parse(body);
                // The Lease's strategy allows no unconditional update.
                if (path.Plural == "leases" && replacement["metadata"]?["resourceVersion"] is null) throw ApiException.Invalid("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
                await WriteAsync(http, 200, Update(path, before => Complete(replacement, before)));
                break;
            case "PATCH":
                await WriteAsync(http, 200, Update(path, item => Patch(http.Request.ContentType ?? "", item, JsonNode.Parse(body)!)));
                break;
            case "DELETE":
                _store.Delete(path, body.Length == 0 ? null : Parse(body)["preconditions"]?["resourceVersion"]?.GetValue<string>());
                await WriteAsync(http, 200, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
                break;
            default:
                throw new ApiException(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
    }

    private async Task<JsonObject> CreateAsync(ApiPath path, JsonObject item)
    {
        Validate(item);
        if (item["metadata"]?["resourceVersion"] is not null) throw new ApiException(400, "BadRequest", "resourceVersion should not be set on objects to be created");
        if (Admission is { } admission) item = await admission(path, item);
        ObjectRules.Check(path, item);
        if (path.Plural == "pods")
        {
            PodRules.CheckNew(item);
            PodRules.Complete(item);
        }

        return _store.Create(path, item);
    }

    private JsonObject Update(ApiPath path, Func<JsonObject, JsonObject> change) => _store.Update(path, before =>
    {
        var kept = before.DeepClone().AsObject();
        var after = change(before);
        Validate(after);
        // The status subresource changes the status alone, every other write everything else.
        if (path.Subresource == "status")
        {
            kept["status"] = after["status"]?.DeepClone();
            return kept;
        }

        if (kept["status"] is { } status) after["status"] = status.DeepClone();
        ObjectRules.Check(path, after);
        if (path.Plural == "pods") PodRules.CheckUpdate(kept, after);
        return after;
    });

    // The path says what it is: an item of a list can be written back as it came.
    private static JsonObject Complete(JsonObject replacement, JsonObject before)
    {
        foreach (var said in (string[])["apiVersion", "kind"]) replacement[said] ??= before[said]?.DeepClone();
        return replacement;
    }

    private static JsonObject Patch(string mediaType, JsonObject item, JsonNode patch) => (mediaType switch
    {
        "application/json-patch+json" => JsonPatchDocument.Apply(item, patch.AsArray()),
        "application/merge-patch+json" => MergePatch.Apply(item, patch),
        "application/strategic-merge-patch+json" or "application/apply-patch+yaml" =>
            MergePatch.Apply(item, patch, Schemas.Find(item["apiVersion"]!.GetValue<string>(), item["kind"]!.GetValue<string>())),
        _ => throw new ApiException(415, "UnsupportedMediaType", $"the body of the request was in an unknown format: {mediaType}"),
    })!.AsObject();

    private static JsonObject Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body)!.AsObject();
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "BadRequest", e.Message);
        }
    }

    private static void Validate(JsonObject item)
    {
        if (Schemas.Check(item) is { Count: > 0 } problems) throw new ApiException(400, "BadRequest", $"strict decoding error: {string.Join(", ", problems)}");
    }

    private static async Task WriteAsync(HttpContext http, int status, JsonObject body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }

    private JsonObject List(HttpContext http, ApiPath path)
    {
        var query = http.Request.Query;
        var asOf = query["resourceVersion"] == "0" ? _cached ?? _store.Version : _store.Version;
        var (items, version) = _store.List(path, Selectors.Parse(query["labelSelector"], query["fieldSelector"]), asOf);
        var from = int.TryParse(query["continue"], CultureInfo.InvariantCulture, out var offset) ? offset : 0;
        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var size) ? size : int.MaxValue;
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (items.Count - from > limit) metadata["continue"] = (from + limit).ToString(CultureInfo.InvariantCulture);
        var kind = items.Select(item => item["kind"]?.GetValue<string>()).FirstOrDefault();
        foreach (var item in items)
        {
            // Said once, by the list.
            item.Remove("kind");
            item.Remove("apiVersion");
        }

        return new JsonObject { ["kind"] = $"{kind}List", ["apiVersion"] = path.ApiVersion, ["metadata"] = metadata, ["items"] = new JsonArray([.. items.Skip(from).Take(limit)]) };
    }
}
