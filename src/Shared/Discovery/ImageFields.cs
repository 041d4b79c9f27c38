using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>Calls back for every field of one object that carries an image.</summary>
/// <param name="found">Gets the value, its place, and whether the kind is known to keep an image there.</param>
/// <param name="unreadable">Gets a text that should hold YAML and does not, and why.</param>
internal sealed class ImageFields(Action<YamlNode, JsonPath, bool> found, Action<YamlNode, JsonPath, string> unreadable)
{
    /// <summary>Names the annotation with images that no field of the object shows, parted by commas or white space.</summary>
    public const string Annotation = "promoter.dev/images";

    public void Visit(ManifestObject item, IReadOnlyList<FieldSpec> userFields)
    {
        foreach (var (path, shape) in KnownKinds.FieldsOf(item)) path.Visit(item.Root, item.Path, (node, at) => Visit(item, node, at, shape));
        foreach (var field in userFields.Where(f => f.Covers(item))) field.Path.Visit(item.Root, item.Path, (node, at) => found(node, at, true));
        if (!KnownKinds.IsOpaque(item)) GenericWalk.Visit(item, (node, at) => found(node, at, false));
        VisitAnnotation(item);
    }

    private void Visit(ManifestObject item, YamlNode node, JsonPath path, ImageShape shape)
    {
        if (shape.IsImage) found(node, path, true);
        if (shape.IsObject) VisitObject(item, node, path);
        foreach (var image in shape.Images) image.Visit(node, path, (value, at) => found(value, at, true));
        foreach (var nested in shape.Nested) nested.Path.Visit(node, path, (value, at) => Visit(item, value, at, nested.Shape()));
        foreach (var inner in shape.Objects) inner.Visit(node, path, (value, at) => VisitObject(item, value, at));
        foreach (var patch in shape.Patches) patch.Visit(node, path, (value, at) => VisitPatch(item, value, at));
    }

    private void VisitObject(ManifestObject item, YamlNode node, JsonPath path)
    {
        if (node is YamlScalar text)
        {
            foreach (var root in Read(text, path)) VisitObject(item, root, path.InText());
            return;
        }

        foreach (var inner in ManifestObject.Of(item.Document, node, path).OfType<ManifestObject>()) Visit(inner, []);
    }

    private void VisitPatch(ManifestObject item, YamlNode node, JsonPath path)
    {
        if (node is not YamlScalar text) return;
        foreach (var root in Read(text, path)) Visit(item, root, path.InText(), ImageShape.PodSpec);
    }

    private List<YamlNode> Read(YamlScalar text, JsonPath path)
    {
        try
        {
            // Values of the inner text have no place of their own in the file: the text's line is theirs.
            var documents = YamlReader.Read("", text.Text, text.Position).ToList();
            if (documents.SelectMany(d => d.Problems).FirstOrDefault() is not { } problem) return [.. documents.Select(d => d.Root).OfType<YamlNode>()];
            unreadable(text, path, problem.Message);
        }
        catch (YamlFormatException e)
        {
            unreadable(text, path, e.Problem);
        }

        return [];
    }

    private void VisitAnnotation(ManifestObject item)
    {
        if (item.Root.MapOf("metadata")?.MapOf("annotations")?[Annotation] is not YamlScalar list) return;
        var path = item.Path.Key("metadata").Key("annotations").Key(Annotation);
        foreach (var image in list.Text.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            found(new YamlScalar(image, isPlain: false, list.Position), path, true);
        }
    }
}
