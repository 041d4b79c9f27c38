using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>What happened to a watched object.</summary>
public enum WatchEventKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing happened; the object carries only the resource version from which to resume.</summary>
    Bookmark,
}

/// <summary>One line of a watch.</summary>
public sealed record WatchEvent(WatchEventKind Kind, JsonObject Object)
{
    /// <exception cref="KubernetesException">The line is an ERROR event, or is no event at all.</exception>
    internal static WatchEvent Parse(string line)
    {
        JsonNode? parsed;
        try
        {
            parsed = JsonNode.Parse(line);
        }
        catch (JsonException e)
        {
            throw new KubernetesException($"The API server sent a watch line that is no JSON: {e.Message}", e);
        }

        var content = parsed.At("object") as JsonObject ?? [];
        parsed!.AsObject().Remove("object");
        return parsed.Text("type") switch
        {
            "ADDED" => new WatchEvent(WatchEventKind.Added, content),
            "MODIFIED" => new WatchEvent(WatchEventKind.Modified, content),
            "DELETED" => new WatchEvent(WatchEventKind.Deleted, content),
            "BOOKMARK" => new WatchEvent(WatchEventKind.Bookmark, content),
            "ERROR" => throw StatusReader.Of("watch", content, 500),
            var other => throw new KubernetesException($"The API server sent a watch event of unknown type '{other}'."),
        };
    }
}
