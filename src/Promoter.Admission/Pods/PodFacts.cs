using System.Text.Json;
using Promoter.Admission.Reviews;
using Promoter.Kubernetes;

namespace Promoter.Admission.Pods;

/// <summary>What else a decision needs to know of a pod.</summary>
internal sealed record PodFacts
{
    public required string Namespace { get; init; }

    /// <summary>Name, or what names will be generated from; for messages.</summary>
    public required string Name { get; init; }

    /// <summary>A kubelet's picture of a static pod.</summary>
    public bool IsMirror { get; init; }

    public bool WantsToBeIgnored { get; init; }

    /// <summary>The node that the pod was bound to at birth; a pod with one can have no gates.</summary>
    public string? NodeName { get; init; }

    public bool HasOurGate { get; init; }

    /// <summary>Whether <c>spec.schedulingGates</c>, <c>metadata.labels</c> and <c>metadata.annotations</c> exist, so that a patch adds to them instead of making them.</summary>
    public bool HasGates { get; init; }

    public bool HasLabels { get; init; }

    public bool HasAnnotations { get; init; }

    /// <summary>Our record of rewritten references from an earlier round of admission.</summary>
    public string? OriginalImages { get; init; }

    /// <summary>The controller that made the pod; Events about a pod without a name go there.</summary>
    public ObjectReference? Owner { get; init; }

    public string ServiceAccount { get; init; } = "default";

    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    public static PodFacts Read(JsonElement pod, string ns)
    {
        var metadata = pod.Member("metadata");
        var annotations = metadata.Member("annotations");
        var spec = pod.Member("spec");
        var gates = spec.Member("schedulingGates");
        var pullSecrets = new List<string>();
        foreach (var secret in spec.Items("imagePullSecrets"))
        {
            if (secret.Text("name") is { Length: > 0 } name) pullSecrets.Add(name);
        }

        var hasOurGate = false;
        foreach (var gate in spec.Items("schedulingGates")) hasOurGate |= gate.Is("name", PodMarks.Gate);
        return new PodFacts
        {
            Namespace = ns,
            Name = metadata.Text("name") ?? metadata.Text("generateName") ?? "",
            IsMirror = annotations.Member(PodMarks.Mirror).IsPresent,
            WantsToBeIgnored = annotations.Is(PodMarks.Ignore, "true"),
            NodeName = spec.Text("nodeName") is { Length: > 0 } node ? node : null,
            HasOurGate = hasOurGate,
            HasGates = gates.ValueKind is JsonValueKind.Array,
            HasLabels = metadata.Member("labels").ValueKind is JsonValueKind.Object,
            HasAnnotations = annotations.ValueKind is JsonValueKind.Object,
            OriginalImages = annotations.Text(PodMarks.OriginalImages),
            Owner = OwnerOf(metadata, ns),
            ServiceAccount = spec.Text("serviceAccountName") is { Length: > 0 } account ? account : "default",
            PullSecrets = pullSecrets,
        };
    }

    private static ObjectReference? OwnerOf(JsonElement metadata, string ns)
    {
        foreach (var owner in metadata.Items("ownerReferences"))
        {
            if (owner.IsTrue("controller") && owner.Text("name") is { } name && owner.Text("kind") is { } kind)
            {
                return new ObjectReference(owner.Text("apiVersion") ?? "", kind, ns, name, owner.Text("uid"));
            }
        }

        return null;
    }
}
