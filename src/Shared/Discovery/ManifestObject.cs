using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>One Kubernetes object of a document; a list holds many.</summary>
internal sealed class ManifestObject
{
    private readonly YamlMapping? _metadata;

    private ManifestObject(ManifestDocument document, YamlMapping root, JsonPath path, string apiVersion, string kind)
    {
        Document = document;
        Root = root;
        Path = path;
        ApiVersion = apiVersion;
        Kind = kind;
        _metadata = root.MapOf("metadata");
        Name = _metadata?.TextOf("name") ?? (_metadata?.TextOf("generateName") is { } prefix ? $"{prefix}*" : "");
        Namespace = _metadata?.TextOf("namespace") ?? "";
    }

    public ManifestDocument Document { get; }

    public YamlMapping Root { get; }

    /// <summary>Where the object stands in its document: the root, or an item of a list.</summary>
    public JsonPath Path { get; }

    public string ApiVersion { get; }

    /// <summary>Empty for the core group.</summary>
    public string Group => ApiVersion.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? ApiVersion[..slash] : "";

    public string Version => ApiVersion[(ApiVersion.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public string Kind { get; }

    public string Namespace { get; }

    public string Name { get; }

    public string? Label(string key) => _metadata?.MapOf("labels")?.TextOf(key);

    public FindingLocation At(YamlNode node, JsonPath path) => new(
        Document.File, Document.Index, node.Position.Line, node.Position.Column, ApiVersion, Kind, Namespace, Name, path.ToString())
    {
        Template = Document.Template,
    };

    /// <summary>The object at that place or, where it is a list, its items; a value that is no object is answered with null.</summary>
    public static IEnumerable<ManifestObject?> Of(ManifestDocument document, YamlNode node, JsonPath path) => Of(document, node, path, null, null);

    // The items of a typed list (DeploymentList), as the API server sends it, carry neither kind nor apiVersion: the list's stand for them.
    private static IEnumerable<ManifestObject?> Of(ManifestDocument document, YamlNode node, JsonPath path, string? listVersion, string? listKind)
    {
        if (node is not YamlMapping map) return [null];
        var kind = map.TextOf("kind") ?? listKind;
        var apiVersion = map.TextOf("apiVersion") ?? listVersion;
        if (string.IsNullOrEmpty(kind) || apiVersion is null) return [null];
        var items = kind.EndsWith("List", StringComparison.Ordinal) ? map["items"] as YamlSequence : null;
        if (items is null) return [new ManifestObject(document, map, path, apiVersion, kind)];
        var itemKind = kind[..^"List".Length];
        return items.Items.SelectMany((item, index) => Of(document, item, path.Key("items").Index(index), apiVersion, itemKind));
    }
}
