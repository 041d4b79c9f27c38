namespace Promoter.Tests;

/// <summary>Waits for what happens in the background, with a bound that only a failure reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string otherwise, TimeSpan? bound = null, Func<string>? details = null) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise, bound, details);

    /// <param name="details">What else a failure should show.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string otherwise, TimeSpan? bound = null, Func<string>? details = null)
    {
        using var end = new CancellationTokenSource(bound ?? Usual);
        while (!await condition())
        {
            if (end.IsCancellationRequested) Assert.Fail($"{otherwise} (waited {(bound ?? Usual).TotalSeconds} s)\n{details?.Invoke()}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }
    }
}
