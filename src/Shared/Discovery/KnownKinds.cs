namespace Promoter.Discovery;

/// <summary>Where the kinds that carry images keep them.</summary>
internal static class KnownKinds
{
    private const string JobSetPods = "spec/replicatedJobs[]/template/spec/template/spec";

    private static readonly (string Group, string Kinds, string Path, ImageShape Shape)[] Table =
    [
        ("", "Pod", "spec", ImageShape.PodSpec),
        ("", "PodTemplate", "template/spec", ImageShape.PodSpec),
        ("", "ReplicationController", "spec/template/spec", ImageShape.PodSpec),
        ("apps", "Deployment StatefulSet DaemonSet ReplicaSet", "spec/template/spec", ImageShape.PodSpec),
        ("extensions", "Deployment DaemonSet ReplicaSet", "spec/template/spec", ImageShape.PodSpec),
        ("batch", "Job", "spec/template/spec", ImageShape.PodSpec),
        ("batch", "CronJob", "spec/jobTemplate/spec/template/spec", ImageShape.PodSpec),
        ("apps.openshift.io", "DeploymentConfig", "spec/template/spec", ImageShape.PodSpec),

        // Argo Rollouts
        ("argoproj.io", "Rollout", "spec/template/spec", ImageShape.PodSpec),
        ("argoproj.io", "Experiment", "spec/templates[]/template/spec", ImageShape.PodSpec),
        ("argoproj.io", "AnalysisTemplate ClusterAnalysisTemplate AnalysisRun", "spec/metrics[]/provider/job/spec/template/spec", ImageShape.PodSpec),

        // Argo Workflows and Events
        ("argoproj.io", "Workflow WorkflowTemplate ClusterWorkflowTemplate", "spec", ImageShape.WorkflowSpec),
        ("argoproj.io", "CronWorkflow", "spec/workflowSpec", ImageShape.WorkflowSpec),
        ("argoproj.io", "ExecutorPlugin", "spec/sidecar/container/image", ImageShape.Image),
        ("argoproj.io", "EventSource Sensor", "spec/template", ImageShape.EventContainer),
        ("argoproj.io", "Sensor", "spec/triggers[]/template", ImageShape.SensorTrigger),

        // Knative
        ("serving.knative.dev", "Service Configuration", "spec/template/spec", ImageShape.PodSpec),
        ("serving.knative.dev", "Revision", "spec", ImageShape.PodSpec),
        ("sources.knative.dev", "ContainerSource", "spec/template/spec", ImageShape.PodSpec),

        // Tekton
        ("tekton.dev", "Task ClusterTask", "spec", ImageShape.TaskSpec),
        ("tekton.dev", "TaskRun", "spec/taskSpec", ImageShape.TaskSpec),
        ("tekton.dev", "StepAction", "spec/image", ImageShape.Image),
        ("tekton.dev", "Pipeline", "spec", ImageShape.PipelineSpec),
        ("tekton.dev", "PipelineRun", "spec/pipelineSpec", ImageShape.PipelineSpec),
        ("triggers.tekton.dev", "TriggerTemplate", "spec/resourcetemplates[]", ImageShape.Object),

        // Batch and machine learning
        ("keda.sh", "ScaledJob", "spec/jobTargetRef/template/spec", ImageShape.PodSpec),
        ("batch.volcano.sh", "Job", "spec/tasks[]/template/spec", ImageShape.PodSpec),
        ("jobset.x-k8s.io", "JobSet", JobSetPods, ImageShape.PodSpec),
        ("leaderworkerset.x-k8s.io", "LeaderWorkerSet", "spec/leaderWorkerTemplate/leaderTemplate/spec", ImageShape.PodSpec),
        ("leaderworkerset.x-k8s.io", "LeaderWorkerSet", "spec/leaderWorkerTemplate/workerTemplate/spec", ImageShape.PodSpec),
        ("kubeflow.org", "TFJob PyTorchJob MPIJob XGBoostJob PaddleJob JAXJob MXJob", "spec/*ReplicaSpecs/*/template/spec", ImageShape.PodSpec),
        ("trainer.kubeflow.org", "TrainingRuntime ClusterTrainingRuntime", $"spec/template/{JobSetPods}", ImageShape.PodSpec),
        ("ray.io", "RayCluster", "spec/*GroupSpec/template/spec", ImageShape.PodSpec),
        ("ray.io", "RayCluster", "spec/workerGroupSpecs[]/template/spec", ImageShape.PodSpec),
        ("ray.io", "RayJob", "spec/rayClusterSpec/*GroupSpec/template/spec", ImageShape.PodSpec),
        ("ray.io", "RayJob", "spec/rayClusterSpec/workerGroupSpecs[]/template/spec", ImageShape.PodSpec),
        ("ray.io", "RayJob", "spec/submitterPodTemplate/spec", ImageShape.PodSpec),
        ("ray.io", "RayService", "spec/rayClusterConfig/*GroupSpec/template/spec", ImageShape.PodSpec),
        ("ray.io", "RayService", "spec/rayClusterConfig/workerGroupSpecs[]/template/spec", ImageShape.PodSpec),

        // OpenKruise
        ("apps.kruise.io", "CloneSet StatefulSet DaemonSet BroadcastJob", "spec/template/spec", ImageShape.PodSpec),
        ("apps.kruise.io", "AdvancedCronJob", "spec/template/*JobTemplate/spec/template/spec", ImageShape.PodSpec),
        ("apps.kruise.io", "AdvancedCronJob", "spec/template/jobTemplate/spec/template/spec", ImageShape.PodSpec),
        ("apps.kruise.io", "UnitedDeployment", "spec/template/*Template/spec/template/spec", ImageShape.PodSpec),
        ("apps.kruise.io", "SidecarSet", "spec", ImageShape.PodSpec),
        ("apps.kruise.io", "ImagePullJob", "spec/image", ImageShape.Image),
        ("apps.kruise.io", "ImageListPullJob", "spec/images[]", ImageShape.Image),
    ];

    private static readonly ILookup<(string Group, string Kind), (FieldPath Path, ImageShape Shape)> ByKind = Table
        .SelectMany(row => row.Kinds.Split(' ').Select(kind => (Key: (row.Group, kind), Value: (FieldPath.Parse(row.Path), row.Shape))))
        .ToLookup(pair => pair.Key, pair => pair.Value);

    // What they hold only looks like objects: data and schemas.
    private static readonly HashSet<(string Group, string Kind)> Opaque =
    [
        ("", "ConfigMap"), ("", "Secret"), ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ];

    /// <summary>Every kind of the table, for tests and documentation.</summary>
    public static IEnumerable<(string Group, string Kind)> All => ByKind.Select(g => g.Key);

    public static IEnumerable<(FieldPath Path, ImageShape Shape)> FieldsOf(ManifestObject item) => ByKind[(item.Group, item.Kind)];

    /// <summary>Whether nothing but the user's own fields may be looked for in objects of that kind.</summary>
    public static bool IsOpaque(ManifestObject item) => Opaque.Contains((item.Group, item.Kind));
}
