using System.Globalization;
using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>RFC 6902, written from the RFC and independent of the product: <c>add</c>, <c>remove</c>, <c>replace</c>, <c>test</c>, <c>copy</c>, <c>move</c>.</summary>
public static class JsonPatchDocument
{
    /// <returns>A new document; the given one is not changed.</returns>
    /// <exception cref="ApiException">An operation does not apply: then none does.</exception>
    public static JsonNode? Apply(JsonNode document, JsonArray operations)
    {
        var root = document.DeepClone();
        foreach (var operation in operations) root = Apply(root, operation!.AsObject());
        return root;
    }

    private static JsonNode? Apply(JsonNode? root, JsonObject operation)
    {
        var path = Tokens(Required(operation, "path"));
        switch (Required(operation, "op"))
        {
            case "add":
                return Add(root, path, operation["value"]?.DeepClone());
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                if (path.Length == 0) return operation["value"]?.DeepClone();
                Find(root, path);
                return Add(Remove(root, path, out _), path, operation["value"]?.DeepClone());
            case "test":
                if (!JsonNode.DeepEquals(Find(root, path), operation["value"])) throw Failed(operation, "test failed");
                return root;
            case "copy":
                return Add(root, path, Find(root, Tokens(Required(operation, "from")))?.DeepClone());
            case "move":
                var without = Remove(root, Tokens(Required(operation, "from")), out var moved);
                return Add(without, path, moved);
            default:
                throw Failed(operation, "unknown operation");
        }
    }

    private static string Required(JsonObject operation, string member) =>
        operation[member]?.GetValue<string>() ?? throw Failed(operation, $"'{member}' is missing");

    private static string[] Tokens(string pointer)
    {
        if (pointer.Length == 0) return [];
        if (pointer[0] != '/') throw ApiException.Invalid($"'{pointer}' is no JSON pointer");
        return [.. pointer[1..].Split('/').Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }

    private static JsonNode? Find(JsonNode? node, string[] path)
    {
        foreach (var token in path)
        {
            node = node switch
            {
                JsonObject parent when parent.TryGetPropertyValue(token, out var child) => child,
                JsonArray items => items[Index(token, items.Count - 1)],
                _ => throw ApiException.Invalid($"nothing is at /{string.Join('/', path)}"),
            };
        }

        return node;
    }

    private static JsonNode? Add(JsonNode? root, string[] path, JsonNode? value)
    {
        if (path.Length == 0) return value;
        switch (Find(root, path[..^1]))
        {
            case JsonObject parent:
                parent[path[^1]] = value;
                return root;
            case JsonArray items:
                items.Insert(path[^1] is "-" ? items.Count : Index(path[^1], items.Count), value);
                return root;
            default:
                throw ApiException.Invalid($"the parent of /{string.Join('/', path)} is no object and no array");
        }
    }

    private static JsonNode? Remove(JsonNode? root, string[] path, out JsonNode? removed)
    {
        removed = Find(root, path);
        if (path.Length == 0) return null;
        switch (Find(root, path[..^1]))
        {
            case JsonObject parent:
                parent.Remove(path[^1]);
                break;
            case JsonArray items:
                items.RemoveAt(Index(path[^1], items.Count - 1));
                break;
        }

        return root;
    }

    private static int Index(string token, int last)
    {
        var isIndex = int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && (token == "0" || token[0] != '0');
        return isIndex && index <= last ? index : throw ApiException.Invalid($"'{token}' is no index of the array");
    }

    private static ApiException Failed(JsonObject operation, string why) => ApiException.Invalid($"{why}: {operation.ToJsonString()}");
}
