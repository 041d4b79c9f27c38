namespace Promoter.Promotion;

/// <summary>How a run is executed.</summary>
public sealed record PromotionOptions
{
    /// <summary>Blobs in flight at once, for the whole run.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>Commit image by image instead of all or nothing.</summary>
    public bool Independent { get; init; }

    /// <summary>This pod's share; the others' images are waited for and not brought.</summary>
    public Shard Shard { get; init; } = Shard.Whole;
}
