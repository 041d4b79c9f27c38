using System.Globalization;
using System.Text.Json.Nodes;
using Promoter.Admission.Pods;
using Promoter.Kubernetes;

namespace Promoter.Admission.Gates;

/// <summary>The condition by which <c>kubectl describe pod</c> says what a gated pod waits for.</summary>
internal static class GateCondition
{
    private const int LongestMessage = 1024;

    public static async Task WriteAsync(
        KubernetesClient client, JsonObject pod, bool isPromoted, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var condition = new JsonObject
        {
            ["type"] = PodMarks.Condition,
            ["status"] = isPromoted ? "True" : "False",
            ["reason"] = reason,
            ["message"] = message.Length > LongestMessage ? message[..LongestMessage] : message,
            ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
        var change = new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } };
        try
        {
            await client.PatchAsync(ResourceType.Pods, pod.Namespace(), pod.Name(), KubernetesPatch.Strategic(change), cancellationToken, subresource: "status");
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            // The pod is gone, and with it whoever might read this.
        }
    }
}
