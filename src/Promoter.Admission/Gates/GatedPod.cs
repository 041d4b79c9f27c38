using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>A pod that waits: the item of the queue, which no restart of ours can lose.</summary>
internal sealed record GatedPod(JsonObject Object, PodFacts Facts, IReadOnlyList<PodImage> Images, DateTimeOffset Since)
{
    /// <summary>What the pod's condition says now, so that it is written only when that changes.</summary>
    public string? Told { get; set; }

    public ObjectReference Reference => ObjectReference.Of(Object, ResourceType.Pods.ApiVersion, ResourceType.Pods.Kind);

    public string Uid => Object.Uid();

    /// <summary>When it is released whatever has come; null: as the configuration says.</summary>
    public DateTimeOffset? Until => Object.Time("metadata", "annotations", PodMarks.GatedUntil);

    public static GatedPod Read(JsonObject pod, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(pod.ToJsonString());
        var element = document.RootElement;
        return new GatedPod(pod, PodFacts.Read(element, pod.Namespace() ?? ""), PodImages.List(element), pod.Time("metadata", "creationTimestamp") ?? now);
    }
}
