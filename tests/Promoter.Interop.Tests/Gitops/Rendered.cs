using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>The objects of a rendered YAML stream, as an API server would read them.</summary>
public sealed class Rendered
{
    private Rendered(IReadOnlyList<JsonObject> objects) => Objects = objects;

    public IReadOnlyList<JsonObject> Objects { get; }

    public static Rendered Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new Rendered([.. stream.Documents.Select(d => ToJson(d.RootNode)).OfType<JsonObject>()]);
    }

    public IEnumerable<JsonObject> OfKind(string kind) => Objects.Where(o => (string?)o["kind"] == kind);

    /// <summary>The one object of that kind; fails where there are none or several.</summary>
    public JsonObject Only(string kind) => Assert.Single(OfKind(kind));

    /// <summary>The images of all containers of one workload.</summary>
    public static IReadOnlyList<string> ImagesOf(JsonObject workload) =>
        [.. new[] { "initContainers", "containers" }.SelectMany(list => PodSpec(workload)[list]?.AsArray() ?? []).Select(c => (string)c!["image"]!)];

    public static JsonNode PodSpec(JsonObject workload) => (string)workload["kind"]! switch
    {
        "Pod" => workload["spec"]!,
        "CronJob" => workload["spec"]!["jobTemplate"]!["spec"]!["template"]!["spec"]!,
        _ => workload["spec"]!["template"]!["spec"]!,
    };

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value!),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => throw new InvalidOperationException($"A {node.NodeType} was not expected."),
    };

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => JsonValue.Create(integer),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
