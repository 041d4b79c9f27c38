using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>Reads the fields that every object has. Objects stay JSON nodes, so that fields we do not know survive (a typed model would drop them).</summary>
public static class ObjectReader
{
    extension(JsonNode? node)
    {
        /// <summary>The text at a path of member names; null where a member is missing or is no text.</summary>
        public string? Text(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.GetValueKind() is JsonValueKind.String ? value.GetValue<string>() : null;

        /// <summary>The whole number at a path; null where a member is missing or is no whole number.</summary>
        public long? Number(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.GetValueKind() is JsonValueKind.Number && value.TryGetValue(out long number) ? number : null;

        /// <summary>The list at a path; empty where there is none.</summary>
        public IEnumerable<JsonNode> Items(params ReadOnlySpan<string> path) => node.At(path) is JsonArray items ? items.OfType<JsonNode>() : [];

        /// <summary>The node at a path of member names; null where a member is missing or its parent is no object.</summary>
        public JsonNode? At(params ReadOnlySpan<string> path)
        {
            var at = node;
            foreach (var member in path) at = at is JsonObject parent && parent.TryGetPropertyValue(member, out var child) ? child : null;
            return at;
        }

        public string Name() => node.Text("metadata", "name") ?? "";

        public string? Namespace() => node.Text("metadata", "namespace");

        public string Uid() => node.Text("metadata", "uid") ?? "";

        public string? ResourceVersion() => node.Text("metadata", "resourceVersion");

        public string? Annotation(string name) => node.Text("metadata", "annotations", name);

        public string? Label(string name) => node.Text("metadata", "labels", name);

        /// <summary>A time of the API, whole seconds (<c>metav1.Time</c>) or microseconds (<c>MicroTime</c>).</summary>
        public DateTimeOffset? Time(params ReadOnlySpan<string> path) =>
            DateTimeOffset.TryParse(node.Text(path), System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : null;
    }
}
