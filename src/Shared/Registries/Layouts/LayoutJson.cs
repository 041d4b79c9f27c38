using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Promoter.Registries.Layouts;

[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class LayoutJson : JsonSerializerContext;
