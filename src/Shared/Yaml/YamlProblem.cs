namespace Promoter.Yaml;

/// <summary>Something wrong at a place of a document.</summary>
public sealed record YamlProblem(Position Position, string Message);
