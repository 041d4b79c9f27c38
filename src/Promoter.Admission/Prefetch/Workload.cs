using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;

namespace Promoter.Admission.Prefetch;

/// <summary>An object that will make pods, seen as the pods that it will make.</summary>
/// <param name="Pod">Facts of its pod template, under the workload's own name.</param>
/// <param name="Images">Every image field of the template.</param>
internal sealed record Workload(PodFacts Pod, IReadOnlyList<string> Images)
{
    /// <summary>What is watched: whatever of Kubernetes' own kinds makes pods, except ReplicaSets, which Deployments make.</summary>
    public static readonly IReadOnlyList<ResourceType> Types =
        [ResourceType.Deployments, ResourceType.StatefulSets, ResourceType.DaemonSets, ResourceType.Jobs, ResourceType.CronJobs];

    private static readonly string[] TemplatePath = ["spec", "template"];
    private static readonly string[] CronJobTemplatePath = ["spec", "jobTemplate", "spec", "template"];

    /// <returns>Null where no more pods will come: it is being deleted, is finished or is suspended for good.</returns>
    public static Workload? Read(ResourceType type, JsonObject item)
    {
        if (IsOver(type, item)) return null;
        if (item.At(type == ResourceType.CronJobs ? CronJobTemplatePath : TemplatePath) is not JsonObject template) return null;
        using var document = JsonDocument.Parse(template.ToJsonString());
        var pod = PodFacts.Read(document.RootElement, item.Namespace() ?? "") with { Name = item.Name() };
        return new Workload(pod, [.. PodImages.List(document.RootElement).Select(image => image.Text).Distinct(StringComparer.Ordinal)]);
    }

    private static bool IsOver(ResourceType type, JsonObject item)
    {
        if (item.At("metadata", "deletionTimestamp") is not null) return true;
        if (type == ResourceType.CronJobs) return item.At("spec", "suspend") is JsonValue suspended && suspended.GetValueKind() is JsonValueKind.True;
        return type == ResourceType.Jobs
            && item.Items("status", "conditions").Any(condition => condition.Text("type") is "Complete" or "Failed" && condition.Text("status") is "True");
    }
}
