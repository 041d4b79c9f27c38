namespace Promoter.Job.Output;

/// <summary>A number with its noun: <c>1 blob</c>, <c>2 blobs</c>.</summary>
internal static class Count
{
    /// <param name="noun">In the singular; its plural ends in s.</param>
    public static string Of(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
