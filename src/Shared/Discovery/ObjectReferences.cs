using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>
/// Objects that keep their containers in another object: an Argo Rollout with a <c>workloadRef</c>, a Workflow with a template, a Tekton run with a task.
/// Whoever is selected selects what it refers to.
/// </summary>
internal sealed class ObjectReferences
{
    private static readonly Rule[] Rules =
    [
        new("argoproj.io", "Rollout", "spec/workloadRef", "", ""),
        new("argoproj.io", "Workflow WorkflowTemplate ClusterWorkflowTemplate", "spec/workflowTemplateRef", "argoproj.io", "WorkflowTemplate"),
        new("argoproj.io", "CronWorkflow", "spec/workflowSpec/workflowTemplateRef", "argoproj.io", "WorkflowTemplate"),
        new("argoproj.io", "Workflow WorkflowTemplate ClusterWorkflowTemplate", "spec/templates[]/steps[]/templateRef", "argoproj.io", "WorkflowTemplate"),
        new("argoproj.io", "Workflow WorkflowTemplate ClusterWorkflowTemplate", "spec/templates[]/dag/tasks[]/templateRef", "argoproj.io", "WorkflowTemplate"),
        new("argoproj.io", "CronWorkflow", "spec/workflowSpec/templates[]/steps[]/templateRef", "argoproj.io", "WorkflowTemplate"),
        new("argoproj.io", "CronWorkflow", "spec/workflowSpec/templates[]/dag/tasks[]/templateRef", "argoproj.io", "WorkflowTemplate"),
        new("tekton.dev", "TaskRun", "spec/taskRef", "tekton.dev", "Task"),
        new("tekton.dev", "PipelineRun", "spec/pipelineRef", "tekton.dev", "Pipeline"),
        new("tekton.dev", "Pipeline", "spec/tasks[]/taskRef", "tekton.dev", "Task"),
        new("tekton.dev", "Pipeline", "spec/finally[]/taskRef", "tekton.dev", "Task"),
    ];

    private readonly ILookup<(string Group, string Kind, string Name), ManifestObject> _objects;

    public ObjectReferences(IEnumerable<ManifestObject> objects) => _objects = objects.ToLookup(o => (o.Group, o.Kind, o.Name));

    /// <summary>Each reference of the object: its place, what it names, and that object where it is among the manifests.</summary>
    public IEnumerable<ObjectReference> Of(ManifestObject item)
    {
        var references = new List<ObjectReference>();
        foreach (var rule in Rules.Where(r => r.Group == item.Group && r.Kinds.Contains(item.Kind)))
        {
            rule.Path.Visit(item.Root, item.Path, (node, path) =>
            {
                if (node is YamlMapping map && map.TextOf("name") is { } name) references.Add(Resolve(item, rule, map, name, path));
            });
        }

        return references;
    }

    private ObjectReference Resolve(ManifestObject item, Rule rule, YamlMapping map, string name, JsonPath path)
    {
        var kind = map.TextOf("kind") ?? (map["clusterScope"] is YamlScalar { Text: "true" } ? "Cluster" + rule.Kind : rule.Kind);
        var group = map.TextOf("apiVersion") is { } version ? version[..Math.Max(0, version.IndexOf('/', StringComparison.Ordinal))] : rule.TargetGroup;
        var target = _objects[(group, kind, name)].FirstOrDefault(o => o.Namespace == item.Namespace || o.Namespace.Length == 0 || item.Namespace.Length == 0);
        return new ObjectReference(map, path, $"{kind}/{name}", target);
    }

    private sealed class Rule(string group, string kinds, string path, string targetGroup, string kind)
    {
        public string Group => group;

        public HashSet<string> Kinds { get; } = kinds.Split(' ').ToHashSet(StringComparer.Ordinal);

        public FieldPath Path { get; } = FieldPath.Parse(path);

        public string TargetGroup => targetGroup;

        public string Kind => kind;
    }
}

/// <summary>A reference from one object to another.</summary>
/// <param name="Name">Kind and name of what is referred to.</param>
/// <param name="Target">Null where it is not among the manifests.</param>
internal sealed record ObjectReference(YamlNode Node, JsonPath Path, string Name, ManifestObject? Target);
