using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>The recorded OpenAPI schemas of Kubernetes 1.34, and a strict check against them (as <c>fieldValidation=Strict</c> does).</summary>
public static class Schemas
{
    private static readonly Lazy<JsonObject> All = new(Load);

    /// <summary>The schema of an object, by its <c>apiVersion</c> and <c>kind</c>; null where the recording has none.</summary>
    public static JsonNode? Find(string apiVersion, string kind)
    {
        var (group, version) = apiVersion.Split('/') is [var named, var ver] ? (named, ver) : ("core", apiVersion);
        var package = group.Split('.')[0];
        return All.Value[$"io.k8s.api.{package}.{version}.{kind}"];
    }

    /// <summary>Every violation, as <c>path: what is wrong</c>.</summary>
    public static IReadOnlyList<string> Check(JsonObject item)
    {
        var problems = new List<string>();
        var schema = Find(item["apiVersion"]?.GetValue<string>() ?? "", item["kind"]?.GetValue<string>() ?? "");
        if (schema is null) problems.Add($"no schema for {item["apiVersion"]} {item["kind"]}");
        else Check(schema, item, "", problems);
        return problems;
    }

    internal static JsonNode? Property(JsonNode? schema, string name) => Resolve(schema)?["properties"]?[name];

    internal static JsonNode? Items(JsonNode? schema) => Resolve(schema)?["items"];

    private static JsonObject Load()
    {
        using var stream = typeof(Schemas).Assembly.GetManifestResourceStream("Promoter.FakeApiServer.Schemas.kubernetes-1.34.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }

    private static JsonNode? Resolve(JsonNode? schema) =>
        schema?["$ref"]?.GetValue<string>() is { } reference ? All.Value[reference.Split('/')[^1]] : schema?["allOf"] is JsonArray { Count: 1 } only ? Resolve(only[0]) : schema;

    private static void Check(JsonNode? schema, JsonNode? value, string at, List<string> problems)
    {
        schema = Resolve(schema);
        if (schema is null || value is null) return;
        var kind = value.GetValueKind();
        var fits = schema["type"]?.GetValue<string>() switch
        {
            "object" => kind is JsonValueKind.Object,
            "array" => kind is JsonValueKind.Array,
            "string" => kind is JsonValueKind.String,
            "integer" => kind is JsonValueKind.Number && value.AsValue().TryGetValue<long>(out _),
            "number" => kind is JsonValueKind.Number,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            _ => true,
        };
        if (!fits)
        {
            problems.Add($"{at}: {schema["type"]} expected, got {kind}");
            return;
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value))) problems.Add($"{at}: unsupported value {value.ToJsonString()}");
        if (value is JsonObject members) CheckMembers(schema, members, at, problems);
        if (value is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++) Check(schema["items"], items[i], $"{at}[{i}]", problems);
        }
    }

    private static void CheckMembers(JsonNode schema, JsonObject members, string at, List<string> problems)
    {
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            if (!members.ContainsKey(required!.GetValue<string>())) problems.Add($"{at}.{required}: required value");
        }

        foreach (var (name, member) in members)
        {
            if (schema["properties"]?[name] is { } known) Check(known, member, $"{at}.{name}", problems);
            else if (schema["additionalProperties"] is { } any) Check(any, member, $"{at}.{name}", problems);
            else if (schema["properties"] is not null) problems.Add($"{at}.{name}: unknown field");
        }
    }
}
