using System.Text.Json;

namespace Promoter.Admission.Reviews;

/// <summary>Reads members that may be missing or of another type, as anything can be in a request.</summary>
internal static class JsonMembers
{
    extension(JsonElement element)
    {
        /// <summary>The member; undefined where it is missing or null, or where this is no object.</summary>
        public JsonElement Member(string name) =>
            element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : default;

        /// <summary>The member's text; null where it is missing or no text.</summary>
        public string? Text(string name) => element.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

        /// <summary>Whether the member is this text; makes none of it.</summary>
        public bool Is(string name, string text) => element.Member(name) is { ValueKind: JsonValueKind.String } member && member.ValueEquals(text);

        public bool IsTrue(string name) => element.Member(name).ValueKind is JsonValueKind.True;

        /// <summary>The member's items; none where it is missing or no list.</summary>
        public JsonElement.ArrayEnumerator Items(string name) => element.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : default;

        public bool IsPresent => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    }
}
