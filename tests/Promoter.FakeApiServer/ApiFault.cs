namespace Promoter.FakeApiServer;

/// <summary>What goes wrong with requests that match.</summary>
/// <param name="Matches">Method and path.</param>
/// <param name="Status">The status to answer with; null: the connection is cut.</param>
/// <param name="Times">How often; negative: until removed.</param>
public sealed record ApiFault(Func<string, string, bool> Matches, int? Status, int Times = 1)
{
    /// <summary>Seconds of the Retry-After header; null: none.</summary>
    public int? RetryAfter { get; init; }

    internal int Left { get; set; } = Times;
}
