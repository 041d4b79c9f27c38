using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>An object with its place in the text that is edited: a document, or an item of a list.</summary>
/// <param name="Manifest">Its content.</param>
/// <param name="List">The list that it is an item of; null where it is a document.</param>
internal sealed record ManifestEntry(YamlMapping Manifest, YamlSequence? List)
{
    public ManifestId Id => new(
        Manifest.TextOf("apiVersion") ?? "", Manifest.TextOf("kind") ?? "", Manifest.MapOf("metadata")?.TextOf("namespace"),
        Manifest.MapOf("metadata") is { } metadata ? metadata.TextOf("name") ?? metadata.TextOf("generateName") ?? "" : "");
}

/// <summary>Lists the objects of documents, those inside lists included.</summary>
internal static class ManifestEntries
{
    public static IEnumerable<ManifestEntry> Of(IEnumerable<YamlNode> roots) => roots.OfType<YamlMapping>().SelectMany(root => Expand(root, list: null));

    private static IEnumerable<ManifestEntry> Expand(YamlMapping manifest, YamlSequence? list) =>
        manifest.TextOf("kind")?.EndsWith("List", StringComparison.Ordinal) == true && manifest["items"] is YamlSequence items
            ? items.Items.OfType<YamlMapping>().SelectMany(item => Expand(item, items))
            : [new ManifestEntry(manifest, list)];
}
