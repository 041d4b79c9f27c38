using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Gitops.OpenApi;

/// <summary>One OpenAPI v3 document and the part of its vocabulary that Kubernetes uses.</summary>
internal sealed class SchemaDocument(JsonNode document)
{
    private const string ReferencePrefix = "#/components/schemas/";

    private readonly JsonObject _schemas = document["components"]!["schemas"]!.AsObject();

    /// <summary>The top-level kinds of the document.</summary>
    public IEnumerable<(string ApiVersion, string Kind, Schema Schema)> Kinds() =>
        from schema in _schemas
            // Shared types such as DeleteOptions belong to every group; a kind belongs to one.
        where schema.Value!["x-kubernetes-group-version-kind"] is JsonArray { Count: 1 }
        let kind = schema.Value!["x-kubernetes-group-version-kind"]![0]!
        let apiGroup = (string)kind["group"]!
        let version = (string)kind["version"]!
        select (apiGroup.Length == 0 ? version : $"{apiGroup}/{version}", (string)kind["kind"]!, new Schema(this, schema.Value!.AsObject()));

    private JsonObject Resolve(string reference) =>
        _schemas[reference[ReferencePrefix.Length..]]?.AsObject() ?? throw new InvalidOperationException($"{reference} is not in the document.");

    internal sealed class Schema(SchemaDocument document, JsonObject schema)
    {
        public void Check(JsonNode? value, string path, List<string> violations)
        {
            if ((string?)schema["$ref"] is { } reference) Of(document.Resolve(reference)).Check(value, path, violations);
            foreach (var part in schema["allOf"]?.AsArray() ?? []) Of(part!).Check(value, path, violations);
            if (schema["oneOf"] is JsonArray choices && !choices.Any(choice => Accepts(choice!, value, path))) violations.Add($"{path}: fits none of the types that are allowed");
            if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value))) violations.Add($"{path}: {value?.ToJsonString()} is none of {allowed.ToJsonString()}");
            if ((string?)schema["type"] is { } type) CheckType(type, value, path, violations);
        }

        private void CheckType(string type, JsonNode? value, string path, List<string> violations)
        {
            var actual = TypeOf(value);
            if (actual != type && !(actual is "integer" && type is "number"))
            {
                violations.Add($"{path}: is {actual}, has to be {type}");
                return;
            }

            if (value is JsonArray list)
            {
                for (var i = 0; i < list.Count; i++) Of(schema["items"]!).Check(list[i], $"{path}[{i}]", violations);
            }
            else if (value is JsonObject map)
            {
                CheckObject(map, path, violations);
            }
        }

        private void CheckObject(JsonObject map, string path, List<string> violations)
        {
            var properties = schema["properties"] as JsonObject;
            foreach (var required in schema["required"]?.AsArray() ?? [])
            {
                if (!map.ContainsKey((string)required!)) violations.Add($"{path}: '{required}' is missing");
            }

            foreach (var (name, value) in map)
            {
                if (properties?[name] is { } property) Of(property).Check(value, $"{path}.{name}", violations);
                else if (schema["additionalProperties"] is JsonObject any) Of(any).Check(value, $"{path}.{name}", violations);
                else if (properties is not null) violations.Add($"{path}: there is no field '{name}'");
            }
        }

        private bool Accepts(JsonNode choice, JsonNode? value, string path)
        {
            var violations = new List<string>();
            Of(choice).Check(value, path, violations);
            return violations.Count == 0;
        }

        private Schema Of(JsonNode part) => new(document, part.AsObject());

        private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => value.AsValue().TryGetValue<long>(out _) ? "integer" : "number",
            _ => "null",
        };
    }
}
