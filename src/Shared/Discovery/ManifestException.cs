using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>Manifests cannot be read. The message says where, why and what to do, one line per problem.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The file, or <c>-</c> for standard input; empty where no file is concerned.</summary>
    public string File { get; init; } = "";

    public Position? Position { get; init; }

    internal static ManifestException At(string file, Position position, string problem, Exception? inner = null) =>
        new($"{file}:{position}: {problem}", inner) { File = file, Position = position };
}
