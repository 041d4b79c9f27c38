using System.Buffers;
using System.Text.Json;

namespace Promoter.Admission.Reviews;

/// <summary>
/// A JSON patch (RFC 6902) that changes as little as possible: texts by <c>test</c> and <c>replace</c>, map entries one by one, never a list or a map as a whole
/// that others may have written to.
/// </summary>
internal sealed class JsonPatch
{
    public static readonly JsonPatch Empty = new([]);

    private readonly IReadOnlyList<Action<Utf8JsonWriter>> _operations;

    private JsonPatch(IReadOnlyList<Action<Utf8JsonWriter>> operations) => _operations = operations;

    public bool IsEmpty => _operations.Count == 0;

    /// <summary>Puts <paramref name="value"/> where <paramref name="old"/> is, or fails as a whole.</summary>
    public JsonPatch Replace(string pointer, string old, string value) => new([.. _operations, Operation("test", pointer, old), Operation("replace", pointer, value)]);

    /// <summary>Adds a member or, where the pointer ends in <c>/-</c>, an item.</summary>
    public JsonPatch Add(string pointer, Action<Utf8JsonWriter> value) => new([.. _operations, writer => Write(writer, "add", pointer, value)]);

    public JsonPatch Add(string pointer, string value) => new([.. _operations, Operation("add", pointer, value)]);

    public JsonPatch And(JsonPatch more) => new([.. _operations, .. more._operations]);

    /// <summary>A token of a JSON pointer (RFC 6901, section 3).</summary>
    public static string Escape(string token) => token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public byte[] ToUtf8()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        foreach (var operation in _operations) operation(writer);
        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static Action<Utf8JsonWriter> Operation(string name, string pointer, string value) =>
        writer => Write(writer, name, pointer, inner => inner.WriteStringValue(value));

    private static void Write(Utf8JsonWriter writer, string name, string pointer, Action<Utf8JsonWriter> value)
    {
        writer.WriteStartObject();
        writer.WriteString("op", name);
        writer.WriteString("path", pointer);
        writer.WritePropertyName("value");
        value(writer);
        writer.WriteEndObject();
    }
}
