using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Emulator;

internal static class JsonObjects
{
    /// <summary>The same object, with one member more.</summary>
    public static JsonObject With(this JsonObject json, string name, JsonNode value)
    {
        json[name] = value;
        return json;
    }
}
