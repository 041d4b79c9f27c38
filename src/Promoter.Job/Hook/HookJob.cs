using Promoter.Discovery;
using Promoter.Promotion;
using Promoter.Yaml;
using static Promoter.Job.Hook.YamlTree;

namespace Promoter.Job.Hook;

/// <summary>The PreSync Job that promotes images: the same as charts/promoter-job and charts/kustomize/promote render.</summary>
internal static class HookJob
{
    /// <summary>Marks a Job that the hook command wrote and may rewrite.</summary>
    public const string GeneratedBy = "promoter.dev/generated-by";

    /// <summary>Pod annotation that carries the configuration: a ConfigMap of the same application would be applied after the hook.</summary>
    public const string ConfigAnnotation = "promoter.dev/config";

    private const string ConfigFolder = "/etc/promoter";

    /// <param name="images">Target references; at least one.</param>
    public static YamlMapping Build(HookSettings settings, string? ns, IReadOnlyList<string> images) => Map(
        ("apiVersion", Text("batch/v1")),
        ("kind", Text("Job")),
        ("metadata", Map(
            ("name", Text(settings.Name)),
            ("namespace", ns is null ? null : Text(ns)),
            ("labels", Texts([.. Labels(), .. settings.Labels])),
            ("annotations", Texts(
                [
                    new("argocd.argoproj.io/hook", "PreSync"),
                    new("argocd.argoproj.io/hook-delete-policy", "BeforeHookCreation"),
                    new("argocd.argoproj.io/sync-wave", $"{settings.SyncWave}"),
                    new(GeneratedBy, "hook"),
                    .. settings.Annotations,
                ])))),
        ("spec", Spec(settings, images)));

    /// <summary>Labels that identify the Job, whoever wrote it.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Labels() =>
    [
        new("app.kubernetes.io/name", "promoter-job"),
        new("app.kubernetes.io/component", "image-promotion"),
        new("app.kubernetes.io/part-of", "promoter"),
    ];

    private static YamlMapping Spec(HookSettings settings, IReadOnlyList<string> images) => Map(
        ("completionMode", settings.Shards > 1 ? Text("Indexed") : null),
        ("completions", settings.Shards > 1 ? Number(settings.Shards) : null),
        ("parallelism", settings.Shards > 1 ? Number(settings.Shards) : null),
        ("backoffLimit", Number(settings.BackoffLimit)),
        ("activeDeadlineSeconds", Number(settings.ActiveDeadlineSeconds)),
        ("podFailurePolicy", Map(("rules", List(
            // A drained or preempted node says nothing about the images.
            Map(("action", Text("Ignore")), ("onPodConditions", List(Map(("type", Text("DisruptionTarget")), ("status", Text("True")))))),
            Map(("action", Text("FailJob")), ("onExitCodes", Map(
                ("containerName", Text(PromotionHook.ContainerName)),
                ("operator", Text("In")),
                ("values", List(PermanentFailures().Select(code => Number((int)code))))))))))),
        ("template", Map(
            ("metadata", Map(
                ("labels", Texts(Labels())),
                ("annotations", settings.Config is null ? null : Map((ConfigAnnotation, Text(settings.ConfigText())))))),
            ("spec", PodSpec(settings, images)))));

    private static IEnumerable<ExitCode> PermanentFailures() =>
        [ExitCode.Usage, ExitCode.MissingAtSource, ExitCode.AccessDenied, ExitCode.TagConflict, ExitCode.Refused];

    private static YamlMapping PodSpec(HookSettings settings, IReadOnlyList<string> images) => Map(
        ("restartPolicy", Text("Never")),
        ("serviceAccountName", Text(settings.ServiceAccountName)),
        ("automountServiceAccountToken", Flag(settings.Events || settings.ReportConfigMap is not null)),
        // A Service called promote-image-0 would otherwise set variables that look like images.
        ("enableServiceLinks", Flag(false)),
        ("terminationGracePeriodSeconds", Number(30)),
        // 1654 is the user of the .NET base images.
        ("securityContext", Map(
            ("runAsNonRoot", Flag(true)),
            ("runAsUser", Number(1654)),
            ("runAsGroup", Number(1654)),
            ("fsGroup", Number(1654)),
            ("seccompProfile", Map(("type", Text("RuntimeDefault")))))),
        ("containers", List(Container(settings, images))),
        ("volumes", List(
            [
                Map(("name", Text("tmp")), ("emptyDir", Map(("sizeLimit", Text("16Mi"))))),
                .. settings.Config is null ? (YamlMapping[])[] : [Map(
                    ("name", Text("config")),
                    ("downwardAPI", Map(("items", List(Map(("path", Text("config.yaml")), ("fieldRef", FieldPath($"metadata.annotations['{ConfigAnnotation}']"))))))))],
            ])));

    private static YamlMapping Container(HookSettings settings, IReadOnlyList<string> images) => Map(
        ("name", Text(PromotionHook.ContainerName)),
        ("image", Text(settings.Image ?? throw new PromotionException(ExitCode.Usage, "Which image is promoter's own? Give --promoter-image, or 'image' in the function's configuration."))),
        ("args", Arguments(settings, images)),
        ("env", List(
            [
                Variable("AWS_EC2_METADATA_DISABLED", "true"),
                .. settings.Region is { } region ? (YamlMapping[])[Variable("AWS_REGION", region)] : [],
                Variable("DOTNET_EnableDiagnostics", "0"),
                Field("POD_NAME", "metadata.name"),
                Field("POD_NAMESPACE", "metadata.namespace"),
                Field("JOB_NAME", "metadata.labels['job-name']"),
                Field("JOB_UID", "metadata.labels['controller-uid']"),
                .. settings.Events ? (YamlMapping[])[] : [Variable("PROMOTER_REPORT_EVENTS", "false")],
                .. settings.NotificationSecret is { } secret ? Notifications(secret) : [],
            ])),
        ("terminationMessagePolicy", Text("FallbackToLogsOnError")),
        ("securityContext", Map(
            ("allowPrivilegeEscalation", Flag(false)),
            ("readOnlyRootFilesystem", Flag(true)),
            ("capabilities", Map(("drop", List(Text("ALL"))))))),
        ("resources", Map(
            ("requests", Map(("cpu", Text("100m")), ("memory", Text("128Mi")))),
            ("limits", Map(("memory", Text("256Mi")))))),
        ("volumeMounts", List(
            [
                Map(("name", Text("tmp")), ("mountPath", Text("/tmp"))),
                .. settings.Config is null ? (YamlMapping[])[] : [Map(("name", Text("config")), ("mountPath", Text(ConfigFolder)), ("readOnly", Flag(true)))],
            ])));

    private static YamlSequence Arguments(HookSettings settings, IReadOnlyList<string> images)
    {
        IEnumerable<string> rules = settings.Config is null ? ["--from", $"{settings.From}", "--to", $"{settings.To}"] : ["--config", $"{ConfigFolder}/config.yaml"];
        IEnumerable<string> shards = settings.Shards > 1 ? ["--shards", $"{settings.Shards}"] : [];
        IEnumerable<string> report = settings.ReportConfigMap is { } name ? ["--report-configmap", name] : [];
        return List(((IEnumerable<string>)["promote", .. images, .. rules, .. shards, .. report, "--log-format", "json"]).Select(Text));
    }

    private static IEnumerable<YamlMapping> Notifications(string secret) =>
    [
        Secret("PROMOTER_SLACK_URL", secret, "slack-url"),
        Secret("PROMOTER_CLOUDEVENTS_URL", secret, "cloudevents-url"),
        Secret("PROMOTER_CLOUDEVENTS_TOKEN", secret, "cloudevents-token"),
    ];

    private static YamlMapping Secret(string variable, string name, string key) => Map(
        ("name", Text(variable)), ("valueFrom", Map(("secretKeyRef", Map(("name", Text(name)), ("key", Text(key)), ("optional", Flag(true)))))));

    private static YamlMapping Variable(string name, string value) => Map(("name", Text(name)), ("value", Text(value)));

    private static YamlMapping Field(string name, string path) => Map(("name", Text(name)), ("valueFrom", Map(("fieldRef", FieldPath(path)))));

    private static YamlMapping FieldPath(string path) => Map(("fieldPath", Text(path)));

    private static YamlMapping Texts(IEnumerable<KeyValuePair<string, string>> entries) => Map(entries.Select(e => (e.Key, (YamlNode?)Text(e.Value))));
}
