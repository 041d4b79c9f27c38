using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Promoter.Kubernetes;

/// <summary>YAML as JSON nodes whose scalars are all text: enough for kubeconfig files, whose readers know what each member is.</summary>
internal static class YamlNodes
{
    /// <exception cref="YamlDotNet.Core.YamlException">The text is no YAML.</exception>
    public static JsonNode Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 0 ? new JsonObject() : Convert(stream.Documents[0].RootNode) ?? new JsonObject();
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(pair.Key.ToString(), Convert(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "null" or "~" } => null,
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };
}
