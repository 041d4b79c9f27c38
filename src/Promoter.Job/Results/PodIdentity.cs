namespace Promoter.Job.Results;

/// <summary>Which Job this process is, as its manifest tells it through the downward API.</summary>
/// <param name="Namespace">Null outside a cluster.</param>
/// <param name="JobName">Null where no Job runs it.</param>
/// <param name="JobUid">The uid that an Event needs to be listed with its Job; null where the manifest does not tell it.</param>
/// <param name="ShardIndex">The pod's number in an Indexed Job.</param>
internal sealed record PodIdentity(string? Namespace, string? PodName, string? JobName, string? JobUid, string? ShardIndex)
{
    public static PodIdentity Of(Func<string, string?> variable)
    {
        string? Known(string name) => variable(name) is { Length: > 0 } value ? value : null;
        return new PodIdentity(Known("POD_NAMESPACE"), Known("POD_NAME"), Known("JOB_NAME"), Known("JOB_UID"), Known(Promotion.Shard.IndexVariable));
    }

    /// <summary>The run as a path, for whoever receives results of many.</summary>
    public string Path => JobName is null ? "/promoter" : $"/namespaces/{Namespace ?? "default"}/jobs/{JobName}{(ShardIndex is null ? "" : $"/{ShardIndex}")}";

    /// <summary>Of several pods that share a run, the one that speaks for all when it went well.</summary>
    public bool IsFirst => ShardIndex is null or "0";
}
