using System.Text.Json.Nodes;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>Reads our gate in pods, and takes it away: by PATCH with a test, never by PUT, and never another's gate.</summary>
internal static class GatedPods
{
    /// <summary>Pods that have not started: gated ones are among them, and gates cannot be selected by. Labels could be, but their owners may drop them.</summary>
    public static readonly ListOptions Selection = ListOptions.All with { FieldSelector = "status.phase=Pending" };

    /// <summary>How often a pod is read again that somebody else changes at the same time.</summary>
    private const int Attempts = 5;

    public static bool IsGated(JsonNode pod) => IndexOfGate(pod) >= 0;

    /// <summary>Removes the gate of one pod.</summary>
    /// <param name="images">Images to put into containers at the same time, by JSON pointer; empty: none.</param>
    /// <returns>False where the pod or its gate is gone already.</returns>
    /// <exception cref="KubernetesException">The API server, or a policy, refuses.</exception>
    public static async Task<bool> ReleaseAsync(
        KubernetesClient client, JsonObject pod, IReadOnlyDictionary<string, string> images, CancellationToken cancellationToken)
    {
        var current = pod;
        for (var attempt = 1; ; attempt++)
        {
            if (current is null || IndexOfGate(current) < 0) return false;
            try
            {
                await client.PatchAsync(ResourceType.Pods, pod.Namespace(), pod.Name(), Patch(current, images), cancellationToken);
                return true;
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                return false;
            }
            catch (KubernetesException e) when ((e.IsConflict || e.IsInvalid) && attempt < Attempts)
            {
                // Another gate was removed meanwhile and ours has moved, or the pod is not the one we saw: look again.
                var found = await client.FindAsync(ResourceType.Pods, pod.Namespace(), pod.Name(), cancellationToken);
                current = found?.Uid() == pod.Uid() ? found : null;
            }
        }
    }

    private static KubernetesPatch Patch(JsonObject pod, IReadOnlyDictionary<string, string> images)
    {
        var gate = $"/spec/schedulingGates/{IndexOfGate(pod)}";
        var operations = new JsonArray
        {
            // A pod of a StatefulSet may have been made anew under its name, with another image.
            new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = pod.Uid() },
            new JsonObject { ["op"] = "test", ["path"] = $"{gate}/name", ["value"] = PodMarks.Gate },
            new JsonObject { ["op"] = "remove", ["path"] = gate },
        };
        if (pod.Label(PodMarks.GateLabel) is not null)
        {
            operations.Add(new JsonObject { ["op"] = "add", ["path"] = $"/metadata/labels/{Reviews.JsonPatch.Escape(PodMarks.GateLabel)}", ["value"] = PodMarks.Released });
        }

        foreach (var (pointer, image) in images) operations.Add(new JsonObject { ["op"] = "replace", ["path"] = pointer, ["value"] = image });
        return KubernetesPatch.Json(operations);
    }

    private static int IndexOfGate(JsonNode pod) => pod.Items("spec", "schedulingGates").ToList().FindIndex(gate => gate.Text("name") is PodMarks.Gate);
}
