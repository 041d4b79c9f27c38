using System.Text.Json.Nodes;
using Promoter.Kubernetes;

namespace Promoter.Admission.Jobs;

/// <summary>How far a Job is, by its conditions (batch/v1, <c>status.conditions</c>).</summary>
internal enum JobState
{
    Running,
    Complete,
    Failed,
}

/// <summary>Reads a Job's state.</summary>
internal static class JobStates
{
    public static JobState Of(JsonNode job)
    {
        foreach (var condition in job.Items("status", "conditions").Where(condition => condition.Text("status") is "True"))
        {
            if (condition.Text("type") is "Complete") return JobState.Complete;
            if (condition.Text("type") is "Failed") return JobState.Failed;
        }

        return JobState.Running;
    }

    /// <summary>What the Job's controller says about the failure.</summary>
    public static string ReasonOf(JsonNode job) =>
        job.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") is "Failed") is { } failed
            ? $"{failed.Text("reason")}: {failed.Text("message")}".Trim(' ', ':')
            : "it failed";
}
