using Promoter.Kubernetes;

namespace Promoter.Job.Results;

/// <summary>An Event on the Job, which <c>kubectl describe job</c> and Argo CD's event tab show.</summary>
internal sealed class JobEvent(KubernetesClient client, PodIdentity pod, TimeProvider time) : IResultReceiver
{
    private const string Component = "promoter";

    public string Name => $"Event on Job {Namespace}/{pod.JobName}";

    private string Namespace => pod.Namespace ?? client.Namespace;

    public bool Wants(RunResult result) => true;

    public async Task ReceiveAsync(RunResult result, CancellationToken cancellationToken)
    {
        try
        {
            // The manifest tells the uid, so that the right to read Jobs is only needed where an older one does not.
            var uid = pod.JobUid ?? (await client.GetAsync(ResourceType.Jobs, Namespace, pod.JobName!, cancellationToken)).Uid();
            var about = new ObjectReference(ResourceType.Jobs.ApiVersion, ResourceType.Jobs.Kind, Namespace, pod.JobName!, uid);
            var (severity, reason) = result.ExitCode != Promotion.ExitCode.Done ? (EventSeverity.Warning, "PromotionFailed")
                : result.HasChanges ? (EventSeverity.Normal, "ImagesPromoted")
                : (EventSeverity.Normal, "ImagesPresent");
            var message = string.Join('\n', result.Failures.Prepend(result.Summary).Distinct());
            await new EventWriter(client, Component, pod.PodName ?? Component, time).WriteAsync(about, severity, reason, message, cancellationToken);
        }
        catch (KubernetesException e)
        {
            throw new ResultNotDeliveredException(e.Message, e, isExpected: e.IsDenied);
        }
    }

    public void Dispose()
    {
        // The client belongs to whoever made it.
    }
}
