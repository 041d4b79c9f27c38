using System.Net;
using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Kubernetes;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.Jobs;

/// <summary>
/// Brings very large images by a Job each, whose name follows from the digest: who finds it running waits for it with its maker, whichever replica that was. A
/// replica that stops leaves the Job running.
/// </summary>
internal sealed partial class KubernetesJobs(
    Cluster cluster, AdmissionState state, TimeProvider time, Random random, ILogger<KubernetesJobs> logger) : IPromotionJobs
{
    private const int Attempts = 5;

    public bool Takes(long bytes) => cluster.Jobs is not null && state.Current.Config.OnDemand.JobAbove is { } above && bytes > above;

    public async Task<ImageFault?> RunAsync(PairedImage image, Digest digest, CancellationToken cancellationToken)
    {
        var name = PromotionJob.NameOf(image, digest);
        try
        {
            var uid = await EnsureAsync(image, digest, name, cancellationToken);
            var ended = await UntilEndedAsync(name, uid, cancellationToken);
            if (ended is null) return new ImageFault(ImageFaultKind.TimedOut, Side.Target, $"the Job {cluster.Namespace}/{name} that brought {image.Short} was deleted");
            if (JobStates.Of(ended) is JobState.Complete) return null;
            return await FaultAsync(image, ended, cancellationToken);
        }
        catch (KubernetesException e)
        {
            var kind = e.Status is null or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError ? ImageFaultKind.TimedOut : ImageFaultKind.Failed;
            return new ImageFault(kind, Side.Target, $"{image.Short} is for a Job, and the Job {name} cannot be made: {e.Message}");
        }
    }

    /// <summary>Makes the Job, or finds it at work; one that has ended did not bring what is missing now, and makes room.</summary>
    /// <returns>The uid of the Job that is at work.</returns>
    private async Task<string> EnsureAsync(PairedImage image, Digest digest, string name, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var made = await cluster.Client.CreateAsync(ResourceType.Jobs, cluster.Namespace, PromotionJob.Compose(image, digest, cluster.Jobs!, cluster.Namespace), cancellationToken);
                LogMade(logger, image.Target, name);
                return made.Uid();
            }
            catch (KubernetesException e) when (e.IsAlreadyExists && attempt < Attempts)
            {
                var present = await cluster.Client.FindAsync(ResourceType.Jobs, cluster.Namespace, name, cancellationToken);
                if (present is not null && JobStates.Of(present) is JobState.Running && present.At("metadata", "deletionTimestamp") is null) return present.Uid();
                if (present is not null) await DeleteAsync(present, cancellationToken);
            }
        }
    }

    private async Task DeleteAsync(JsonObject job, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Client.DeleteAsync(ResourceType.Jobs, cluster.Namespace, job.Name(), job.ResourceVersion(), cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
        {
            // Somebody else was faster; the next round looks again.
        }
    }

    /// <returns>The Job in its last state; null where somebody deleted it.</returns>
    private async Task<JsonObject?> UntilEndedAsync(string name, string uid, CancellationToken cancellationToken)
    {
        JsonObject? last = null;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var selection = ListOptions.All with { FieldSelector = $"metadata.name={name}" };
        try
        {
            await new Reflector(cluster.Client, ResourceType.Jobs, cluster.Namespace, selection, time, random, logger).RunAsync(
                async (change, _) =>
                {
                    // What the watch begins with may come from a cache that is older than the Job, and still has the one before it of the same name.
                    var (job, gone) = change switch
                    {
                        Relisted { Items: [var only, ..] } when only.Uid() == uid => (only, false),
                        Relisted => await LookAsync(name, uid, ended.Token),
                        Changed { Object: var now } when now.Uid() == uid => (now, false),
                        Deleted { Object: var was } when was.Uid() == uid => (null, true),
                        _ => (last, false),
                    };
                    last = job;
                    if (gone || (job is not null && JobStates.Of(job) is not JobState.Running)) await ended.CancelAsync();
                },
                ended.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && ended.IsCancellationRequested)
        {
            // It has ended: that is what was waited for.
        }

        cancellationToken.ThrowIfCancellationRequested();
        return last;
    }

    /// <summary>The Job as etcd has it, and whether it is gone for good.</summary>
    private async Task<(JsonObject? Job, bool IsGone)> LookAsync(string name, string uid, CancellationToken cancellationToken) =>
        await cluster.Client.FindAsync(ResourceType.Jobs, cluster.Namespace, name, cancellationToken) is { } found && found.Uid() == uid ? (found, false) : (null, true);

    /// <summary>Why it failed, in the words of the pod that did.</summary>
    private async Task<ImageFault> FaultAsync(PairedImage image, JsonObject job, CancellationToken cancellationToken)
    {
        var (pods, _) = await cluster.Client.ListAsync(ResourceType.Pods, cluster.Namespace, ListOptions.All with { LabelSelector = $"job-name={job.Name()}" }, cancellationToken);
        var ended = pods.OrderByDescending(pod => pod.Time("metadata", "creationTimestamp"))
            .SelectMany(pod => pod.Items("status", "containerStatuses")).Select(status => status.At("state", "terminated")).FirstOrDefault(terminated => terminated is not null);
        var why = ended.Text("message") is { Length: > 0 } message ? message.Trim() : JobStates.ReasonOf(job);
        var (kind, side) = (ExitCode?)ended.Number("exitCode") switch
        {
            ExitCode.MissingAtSource => (ImageFaultKind.Missing, Side.Source),
            ExitCode.AccessDenied => (ImageFaultKind.Denied, Side.Source),
            ExitCode.Unavailable => (ImageFaultKind.TimedOut, Side.Source),
            ExitCode.Refused => (ImageFaultKind.Refused, Side.Source),
            _ => (ImageFaultKind.Failed, Side.Target),
        };
        return new ImageFault(kind, side, $"the Job {cluster.Namespace}/{job.Name()} could not bring {image.Short}: {why}");
    }

    [LoggerMessage(5451, LogLevel.Information, "{Image} is brought by the Job {Job}")]
    private static partial void LogMade(ILogger logger, ImageReference image, string job);
}
