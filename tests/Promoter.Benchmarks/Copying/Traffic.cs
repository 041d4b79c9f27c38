namespace Promoter.Benchmarks.Copying;

/// <summary>What crossed a proxy, headers included.</summary>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="Bytes">Bytes in both directions.</param>
internal sealed record Traffic(int Requests, long Bytes);
