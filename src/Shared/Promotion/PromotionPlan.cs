namespace Promoter.Promotion;

/// <summary>What a promotion would do, found out without changing anything.</summary>
public sealed record PromotionPlan(IReadOnlyList<PlannedImage> Images, IReadOnlyList<SkippedImage> Skipped)
{
    public bool HasWork => Images.Any(i => i.Copy is not null);

    public IEnumerable<Exception> Failures => Images.Select(i => i.Failure).OfType<Exception>();

    /// <summary>Bytes that have to cross, each blob counted once per target registry and repository.</summary>
    public long Bytes => Images
        .Where(i => i.Copy is not null)
        .SelectMany(i => i.Copy!.MissingBlobs.Select(b => (i.Copy.Target.Host, i.Copy.Target.Name, Blob: b)))
        .DistinctBy(x => (x.Host, x.Name, x.Blob.Digest))
        .Sum(x => x.Blob.Size);
}
