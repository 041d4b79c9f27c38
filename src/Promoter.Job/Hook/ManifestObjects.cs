using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>An object of a text.</summary>
/// <param name="Manifest">Its content.</param>
/// <param name="List">The list that it is an item of; null where it is a document.</param>
internal sealed record ManifestObject(YamlMapping Manifest, YamlSequence? List)
{
    public ManifestId Id => new(
        Manifest.TextOf("apiVersion") ?? "", Manifest.TextOf("kind") ?? "", Manifest.MapOf("metadata")?.TextOf("namespace"),
        Manifest.MapOf("metadata") is { } metadata ? metadata.TextOf("name") ?? metadata.TextOf("generateName") ?? "" : "");
}

/// <summary>Lists the objects of documents, those inside lists included.</summary>
internal static class ManifestObjects
{
    public static IEnumerable<ManifestObject> Of(IEnumerable<YamlNode> roots) => roots.OfType<YamlMapping>().SelectMany(root => Expand(root, list: null));

    private static IEnumerable<ManifestObject> Expand(YamlMapping manifest, YamlSequence? list) =>
        manifest.TextOf("kind")?.EndsWith("List", StringComparison.Ordinal) == true && manifest["items"] is YamlSequence items
            ? items.Items.OfType<YamlMapping>().SelectMany(item => Expand(item, items))
            : [new ManifestObject(manifest, list)];
}
