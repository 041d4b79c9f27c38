using Promoter.Oci;
using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>Sorts what is found in the fields of one object after the other into findings, skipped fields and problems.</summary>
internal sealed class FieldSorter
{
    private readonly DiscoveryOptions _options;
    private readonly ImageFields _fields;
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private ManifestObject? _item;
    private bool _isHook;

    public FieldSorter(DiscoveryOptions options)
    {
        _options = options;
        _fields = new ImageFields(Field, Unreadable);
    }

    public List<ImageFinding> Findings { get; } = [];

    public List<SkippedField> Skipped { get; } = [];

    public List<DiscoveryProblem> Problems { get; } = [];

    public void Visit(ManifestObject item)
    {
        _item = item;
        _isHook = PromotionHook.Is(item.Root);
        _visited.Clear();
        _fields.Visit(item, _options.Fields);
    }

    public void NoObject(ManifestDocument document)
    {
        var place = new FindingLocation(document.File, document.Index, document.Root.Position.Line, document.Root.Position.Column, "", "", "", "", "$")
        {
            Template = document.Template,
        };
        Skipped.Add(new SkippedField("", "this is not a Kubernetes object: it has no apiVersion and kind", place));
    }

    public void NotRendered(ManifestObject item) =>
        Skipped.Add(new SkippedField("", $"a {item.Kind} is not rendered here: read its directory with -k", item.At(item.Root, item.Path)));

    public void Unresolved(ManifestObject item, ObjectReference reference) => Skipped.Add(new SkippedField(
        reference.Name, $"{reference.Name} is not among these manifests, so its images are not known", item.At(reference.Node, reference.Path)));

    public void Cyclic(ManifestObject item, ObjectReference reference) => Problems.Add(new DiscoveryProblem(
        $"the workloadRef to {reference.Name} leads back to {item.Kind}/{item.Name}: name the Deployment, ReplicaSet or PodTemplate with the containers",
        item.At(reference.Node, reference.Path)));

    private void Field(YamlNode node, JsonPath path, bool isKnown)
    {
        if (!isKnown && _visited.Contains(path.ToString())) return;
        var location = _item!.At(node, path);
        var isNew = _visited.Add(location.JsonPath) || location.JsonPath.EndsWith($"['{ImageFields.Annotation}']", StringComparison.Ordinal);
        if (isNew) Judge(node, location, isKnown);
    }

    private void Judge(YamlNode node, FindingLocation location, bool isKnown)
    {
        if (node is not YamlScalar scalar)
        {
            Wrong("", $"an image reference was expected, found {node.Noun}", location, isKnown);
        }
        else if (scalar.IsNull || scalar.Text.Length == 0)
        {
            Skipped.Add(new SkippedField("", "the image is empty", location));
        }
        else if (IsTemplated(scalar.Text))
        {
            Skipped.Add(new SkippedField(scalar.Text, "the value is a template, and what it will be is not known here", location));
        }
        else if (!ImageReference.TryParse(scalar.Text, out var reference, out var problem))
        {
            Wrong(scalar.Text, problem, location, isKnown);
        }
        else if (_isHook)
        {
            Skipped.Add(new SkippedField(scalar.Text, "the hook Job cannot promote its own image, which has to be there before: promoter copy brings it once", location));
        }
        else if (_options.Selection.Selects(reference))
        {
            Findings.Add(new ImageFinding(reference, scalar.Text, location));
        }
    }

    private void Unreadable(YamlNode node, JsonPath path, string problem)
    {
        var location = _item!.At(node, path);
        var text = ((YamlScalar)node).Text;
        if (IsTemplated(text)) Skipped.Add(new SkippedField("", "the text is a template, and what it will be is not known here", location));
        else Problems.Add(new DiscoveryProblem($"the text is not YAML: {problem}", location));
    }

    // A policy's pattern ("!*:latest") looks like an image field to the generic walk; only known fields can be wrong.
    private void Wrong(string text, string problem, FindingLocation location, bool isKnown)
    {
        if (isKnown) Problems.Add(new DiscoveryProblem(problem, location));
        else Skipped.Add(new SkippedField(text, problem, location));
    }

    private static bool IsTemplated(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("${", StringComparison.Ordinal) || text.Contains("$(", StringComparison.Ordinal);
}
