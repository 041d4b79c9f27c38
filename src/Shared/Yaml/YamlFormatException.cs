namespace Promoter.Yaml;

/// <summary>The text is not YAML or JSON; nothing after <see cref="Position"/> could be read.</summary>
public sealed class YamlFormatException(string file, Position position, string problem, Exception? inner = null)
    : Exception($"{file}:{position}: {problem}", inner)
{
    public string File { get; } = file;

    public Position Position { get; } = position;

    /// <summary>The message without the place.</summary>
    public string Problem { get; } = problem;
}
