namespace Promoter.Kubernetes;

/// <summary>Which objects of a collection are meant.</summary>
public sealed record ListOptions
{
    /// <summary>Everything that the path covers.</summary>
    public static readonly ListOptions All = new();

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Null: the most recent state, read from etcd. <c>0</c>: any state that the server has at hand, which costs it little.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Objects per page; null: everything at once (and always so where <see cref="ResourceVersion"/> is 0, because the cache does not page).</summary>
    public int? PageSize { get; init; } = 500;
}
