using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>What validation lets change in a pod: images, gates only away, labels and annotations, and little else (validation.go, ValidatePodUpdate).</summary>
internal static class PodRules
{
    public static void Complete(JsonObject pod)
    {
        // strategy.PrepareForCreate: whatever the client says of the status, it is this.
        pod["status"] = new JsonObject { ["phase"] = "Pending" };
        SetScheduled(pod);
    }

    public static void CheckNew(JsonObject pod)
    {
        var gates = Gates(pod);
        if (gates.Distinct(StringComparer.Ordinal).Count() != gates.Count) throw ApiException.Invalid("spec.schedulingGates: Duplicate value");
        if (gates.Count > 0 && pod["spec"]?["nodeName"] is not null) throw ApiException.Invalid("spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared");
    }

    public static void CheckUpdate(JsonObject before, JsonObject after)
    {
        var gates = Gates(after);
        if (gates.Except(Gates(before), StringComparer.Ordinal).Any()) throw ApiException.Invalid("spec.schedulingGates: Forbidden: only deletion is allowed");
        if (!JsonNode.DeepEquals(Frozen(before), Frozen(after)))
        {
            throw ApiException.Invalid("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`, …");
        }
    }

    private static List<string> Gates(JsonObject pod) => [.. (pod["spec"]?["schedulingGates"] as JsonArray ?? []).Select(gate => gate!["name"]!.GetValue<string>())];

    private static JsonObject? Frozen(JsonObject pod)
    {
        var spec = pod["spec"]?.DeepClone() as JsonObject;
        spec?.Remove("schedulingGates");
        foreach (var list in (string[])["containers", "initContainers"])
        {
            foreach (var container in spec?[list] as JsonArray ?? []) container!.AsObject().Remove("image");
        }

        return spec;
    }

    // strategy.go, applySchedulingGatedCondition: at creation, and for the scheduler to take back.
    private static void SetScheduled(JsonObject pod)
    {
        if (Gates(pod).Count == 0) return;
        pod["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "SchedulingGated" });
    }
}
