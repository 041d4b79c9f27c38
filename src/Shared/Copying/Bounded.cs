namespace Promoter.Copying;

/// <summary>Runs requests side by side, a bounded number at once, and answers in the order of the items.</summary>
internal static class Bounded
{
    public static async Task<IReadOnlyList<TResult>> ForEachAsync<TItem, TResult>(
        IReadOnlyList<TItem> items, int parallelism, Func<TItem, CancellationToken, Task<TResult>> request, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        await Parallel.ForAsync(
            0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken }, async (i, ct) => results[i] = await request(items[i], ct));
        return results;
    }
}
