using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>RFC 7386, and Kubernetes' strategic variant, whose lists merge by the key that the schema names.</summary>
internal static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch, JsonNode? schema = null)
    {
        if (patch is not JsonObject change) return patch?.DeepClone();
        var merged = target as JsonObject is { } present ? present.DeepClone().AsObject() : new JsonObject();
        foreach (var (name, value) in change)
        {
            var field = Schemas.Property(schema, name);
            if (value is null) merged.Remove(name);
            else if (field?["x-kubernetes-patch-merge-key"]?.GetValue<string>() is { } key && value is JsonArray items) merged[name] = MergeList(merged[name] as JsonArray, items, key, Schemas.Items(field));
            else merged[name] = Apply(merged[name], value, field);
        }

        return merged;
    }

    private static JsonArray MergeList(JsonArray? target, JsonArray patch, string key, JsonNode? schema)
    {
        var merged = target?.DeepClone().AsArray() ?? [];
        foreach (var item in patch.OfType<JsonObject>())
        {
            var at = merged.ToList().FindIndex(present => JsonNode.DeepEquals(present?[key], item[key]));
            if (item["$patch"]?.GetValue<string>() is "delete")
            {
                if (at >= 0) merged.RemoveAt(at);
            }
            else if (at >= 0)
            {
                merged[at] = Apply(merged[at], item, schema);
            }
            else
            {
                merged.Add(item.DeepClone());
            }
        }

        return merged;
    }
}
