using Promoter.Registries;

namespace Promoter.Copying;

/// <summary>
/// What a run learns about mounting: the first mount that a registry turns into an upload, although its donor is complete, is the last that is tried there
/// (ECR's BLOB_MOUNTING account setting may be off and not readable). Later blobs then need not wait for their donors either.
/// </summary>
internal sealed class MountLessons(IEnumerable<ImageCopy> images)
{
    private readonly Dictionary<string, TaskCompletionSource> _refused = images.Select(i => i.Target.Host).Distinct(StringComparer.OrdinalIgnoreCase)
        .ToDictionary(host => host, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), StringComparer.OrdinalIgnoreCase);

    /// <summary>Completes when a registry has refused to mount.</summary>
    public Task Refused(string host) => _refused[host].Task;

    public void Learn(string host, BlobOutcome outcome)
    {
        if (outcome == BlobOutcome.Copied) _refused[host].TrySetResult();
    }
}
