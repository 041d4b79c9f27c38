namespace Promoter.Discovery;

/// <summary>Where images stand within a type that several kinds share: a pod's spec, a workflow's template, a Tekton task.</summary>
internal sealed class ImageShape
{
    private static readonly string[] PodImages = ["containers[]/image", "initContainers[]/image", "ephemeralContainers[]/image", "volumes[]/image/reference"];

    private ImageShape(params string[] images) => Images = [.. images.Select(FieldPath.Parse)];

    /// <summary>A field that is an image itself.</summary>
    public static ImageShape Image { get; } = new() { IsImage = true };

    /// <summary>Kubernetes' PodSpec; sidecars are init containers that restart, image volumes name their image as <c>reference</c>.</summary>
    public static ImageShape PodSpec { get; } = new(PodImages);

    /// <summary>Argo Workflows' Template; it may stand inside steps and tasks (<c>inline</c>) and create objects of any kind (<c>resource</c>).</summary>
    public static ImageShape WorkflowTemplate { get; } = new(
        [.. PodImages, "container/image", "script/image", "sidecars[]/image", "containerSet/containers[]/image"])
    {
        Nested = [At("steps[]/inline", AnyTemplate), At("dag/tasks[]/inline", AnyTemplate)],
        Objects = [FieldPath.Parse("resource/manifest")],
        Patches = [FieldPath.Parse("podSpecPatch")],
    };

    /// <summary>Argo Workflows' WorkflowSpec.</summary>
    public static ImageShape WorkflowSpec { get; } = new("volumes[]/image/reference")
    {
        Nested = [At("templates[]", AnyTemplate), At("templateDefaults", AnyTemplate)],
        Patches = [FieldPath.Parse("podSpecPatch"), FieldPath.Parse("artifactGC/podSpecPatch")],
    };

    /// <summary>Argo Events' container of a sensor or an event source.</summary>
    public static ImageShape EventContainer { get; } = new([.. PodImages, "container/image"]);

    /// <summary>The objects that an Argo Events sensor creates.</summary>
    public static ImageShape SensorTrigger { get; } = new()
    {
        Objects = [FieldPath.Parse("k8s/source/resource"), FieldPath.Parse("argoWorkflow/source/resource")],
    };

    /// <summary>Tekton's TaskSpec.</summary>
    public static ImageShape TaskSpec { get; } = new("steps[]/image", "sidecars[]/image", "stepTemplate/image", "volumes[]/image/reference");

    /// <summary>Tekton's PipelineSpec; pipelines may hold pipelines.</summary>
    public static ImageShape PipelineSpec { get; } = new()
    {
        Nested =
        [
            At("tasks[]/taskSpec", () => TaskSpec), At("finally[]/taskSpec", () => TaskSpec),
            At("tasks[]/pipelineSpec", AnyPipeline), At("finally[]/pipelineSpec", AnyPipeline),
        ],
    };

    /// <summary>A whole object, as a map or as YAML in a text.</summary>
    public static ImageShape Object { get; } = new() { IsObject = true };

    public bool IsImage { get; private init; }

    public bool IsObject { get; private init; }

    public IReadOnlyList<FieldPath> Images { get; }

    public IReadOnlyList<(FieldPath Path, Func<ImageShape> Shape)> Nested { get; private init; } = [];

    /// <summary>Objects inside the object.</summary>
    public IReadOnlyList<FieldPath> Objects { get; private init; } = [];

    /// <summary>Texts with a patch of a PodSpec in YAML or JSON.</summary>
    public IReadOnlyList<FieldPath> Patches { get; private init; } = [];

    private static ImageShape AnyTemplate() => WorkflowTemplate;

    private static ImageShape AnyPipeline() => PipelineSpec;

    // A shape may hold itself, so the inner one is looked up when it is needed.
    private static (FieldPath Path, Func<ImageShape> Shape) At(string path, Func<ImageShape> shape) => (FieldPath.Parse(path), shape);
}
