using System.Text.Json.Nodes;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Replicas;
using Promoter.Kubernetes;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Admission.Jobs;

/// <summary>The Job that brings one image: a pod of its own, that no rollout of the webhook ends and whose memory is not ours.</summary>
internal static class PromotionJob
{
    public const string Kind = "promoter.dev/job";

    /// <summary>The name of the container that the pod failure policy speaks of.</summary>
    public const string Container = "promote";

    private const int User = 1654;
    private const int KeptSeconds = 600;
    private const int DeadlineSeconds = 6 * 3600;

    /// <summary>The same for every replica and every attempt, so that there is one at a time.</summary>
    public static string NameOf(PairedImage image, Digest digest) => LeaseMarks.NameOf($"{image.Target.Name}@{digest}");

    public static JsonObject Compose(PairedImage image, Digest digest, JobSettings settings, string ns)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [LeaseMarks.ManagedBy] = LeaseMarks.Manager, [Kind] = "promotion" };
        return new JsonObject
        {
            ["apiVersion"] = ResourceType.Jobs.ApiVersion,
            ["kind"] = ResourceType.Jobs.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = NameOf(image, digest),
                ["namespace"] = ns,
                ["labels"] = Map(labels),
                ["annotations"] = new JsonObject { [LeaseMarks.Target] = image.Target.ToString(), [LeaseMarks.Source] = image.Source.ToString() },
            },
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = 3,
                ["activeDeadlineSeconds"] = DeadlineSeconds,
                ["ttlSecondsAfterFinished"] = KeptSeconds,
                ["podFailurePolicy"] = FailurePolicy(),
                ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Map(labels) }, ["spec"] = Pod(Reference(image, digest), settings) },
            },
        };
    }

    /// <summary>What was planned, whatever the tag says by the time that the Job runs.</summary>
    private static string Reference(PairedImage image, Digest digest) =>
        (image.Target.Digest is null ? image.Target.WithTag(image.Target.Tag ?? ImageReference.DefaultTag).WithDigest(digest) : image.Target).ToString();

    // A drained node says nothing about the image; of promoter's exit codes these will be the same the next time.
    private static JsonObject FailurePolicy() => new()
    {
        ["rules"] = new JsonArray(
            new JsonObject { ["action"] = "Ignore", ["onPodConditions"] = new JsonArray(new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }) },
            new JsonObject
            {
                ["action"] = "FailJob",
                ["onExitCodes"] = new JsonObject
                {
                    ["containerName"] = Container,
                    ["operator"] = "In",
                    ["values"] = new JsonArray((int)ExitCode.Usage, (int)ExitCode.MissingAtSource, (int)ExitCode.AccessDenied, (int)ExitCode.TagConflict, (int)ExitCode.Refused),
                },
            }),
    };

    private static JsonObject Pod(string reference, JobSettings settings) => new()
    {
        ["restartPolicy"] = "Never",
        ["serviceAccountName"] = settings.ServiceAccount,
        ["imagePullSecrets"] = new JsonArray([.. settings.PullSecrets.Select(name => new JsonObject { ["name"] = name })]),
        ["automountServiceAccountToken"] = false,
        ["enableServiceLinks"] = false,
        ["terminationGracePeriodSeconds"] = 30,
        ["securityContext"] = new JsonObject
        {
            ["runAsNonRoot"] = true,
            ["runAsUser"] = User,
            ["runAsGroup"] = User,
            ["fsGroup"] = User,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        },
        ["containers"] = new JsonArray(new JsonObject
        {
            ["name"] = Container,
            ["image"] = settings.Image,
            ["args"] = new JsonArray("promote", reference, "--config", "/etc/promoter/config.yaml", "--log-format", "json"),
            ["env"] = new JsonArray([.. settings.Environment.Select(entry => new JsonObject { ["name"] = entry.Key, ["value"] = entry.Value })]),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "250m", ["memory"] = "128Mi" }, ["limits"] = new JsonObject { ["memory"] = "256Mi" } },
            ["terminationMessagePolicy"] = "FallbackToLogsOnError",
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "tmp", ["mountPath"] = "/tmp" }, new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/promoter", ["readOnly"] = true }),
        }),
        ["volumes"] = new JsonArray(
            new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "16Mi" } },
            new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = settings.ConfigMap } }),
    };

    private static JsonObject Map(IReadOnlyDictionary<string, string> entries) => new(entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
