using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Promoter.FakeApiServer;

/// <summary>One watch: the history since a version, then what happens, with a bookmark after each batch.</summary>
internal static class WatchStream
{
    public static async Task ServeAsync(HttpContext http, ApiPath path, ObjectStore store, CancellationToken connections, CancellationToken stopping)
    {
        var query = http.Request.Query;
        var matches = Selectors.Parse(query["labelSelector"], query["fieldSelector"]);
        var version = long.TryParse(query["resourceVersion"], CultureInfo.InvariantCulture, out var since) && since > 0 ? since : store.Version;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(int.Parse(query["timeoutSeconds"].ToString(), CultureInfo.InvariantCulture)));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connections, limit.Token, http.RequestAborted, stopping);
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(end.Token);
        while (true)
        {
            IReadOnlyList<ObjectStore.Change> changes;
            Task next;
            try
            {
                (changes, next) = store.Since(version);
            }
            catch (ApiException e)
            {
                // Once the version could be read, whatever is wrong with it is an event (cacher.go, Watch).
                await WriteEventAsync(http, "ERROR", e.Status, end.Token);
                return;
            }

            foreach (var change in changes.Where(change => change.Path.Collection == path.Collection && (path.Namespace is null || change.Path.Namespace == path.Namespace)))
            {
                if (Visible(change, matches) is { } type) await WriteEventAsync(http, type, change.Object, end.Token);
            }

            version = changes.Count > 0 ? changes[^1].Version : version;
            if (changes.Count > 0) await WriteEventAsync(http, "BOOKMARK", Bookmark(path, version), end.Token);
            await next.WaitAsync(end.Token);
        }
    }

    private static JsonObject Bookmark(ApiPath path, long version) => new()
    {
        ["kind"] = path.Plural,
        ["apiVersion"] = path.ApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) },
    };

    private static async Task WriteEventAsync(HttpContext http, string type, JsonObject item, CancellationToken cancellationToken)
    {
        await http.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = item.DeepClone() }.ToJsonString() + "\n", cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
    }

    // An object that leaves the selection is reported as deleted, one that enters it as added.
    private static string? Visible(ObjectStore.Change change, Func<JsonObject, bool> matches)
    {
        var (before, after) = (change.Before is not null && matches(change.Before), change.Type != "DELETED" && matches(change.Object));
        return (before, after) switch
        {
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, true) => "ADDED",
            _ => null,
        };
    }
}
