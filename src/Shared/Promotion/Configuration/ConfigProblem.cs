using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Origin">The file, or <c>environment variable NAME</c>.</param>
/// <param name="Position">Where in the file; null where the origin is no file.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
public sealed record ConfigProblem(string Origin, Position? Position, string Message)
{
    public override string ToString() => Position is { } position ? $"{Origin}:{position}: {Message}" : $"{Origin}: {Message}";
}
