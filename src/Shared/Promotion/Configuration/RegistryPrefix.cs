using System.Diagnostics.CodeAnalysis;
using Promoter.Oci;

namespace Promoter.Promotion.Configuration;

/// <summary>A registry, or the part of it whose repositories start with a path: <c>registry.example.com</c>, <c>registry.example.com/team</c>.</summary>
/// <param name="Host">Lower case, with its port if it has one.</param>
/// <param name="Path">Whole path components without slashes around them; empty for the whole registry.</param>
public sealed record RegistryPrefix(string Host, string Path)
{
    /// <exception cref="FormatException">Host or path is not valid; the message says why.</exception>
    public static RegistryPrefix Parse(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"'{text}' starts with a URL scheme: write the registry's host (endpoint: under registries says where it is reached)");
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..].TrimEnd('/'));
        if (!RegistryHost.IsValid(host, out var problem)) throw new FormatException(problem);
        if (path.Length > 0 && !RepositoryName.IsValid(path, out problem)) throw new FormatException(problem);
        return new RegistryPrefix(host.ToLowerInvariant(), path);
    }

    /// <summary>Whether this registry and path hold the repository; then <paramref name="rest"/> is its name below the path.</summary>
    public bool Holds(ImageReference reference, [NotNullWhen(true)] out string? rest)
    {
        rest = null;
        if (reference.Registry != Host) return false;
        var repository = reference.Repository;
        var isBelow = repository.StartsWith(Path, StringComparison.Ordinal) && repository.AsSpan(Path.Length) is ['/', _, ..];
        if (Path.Length == 0) rest = repository;
        else if (isBelow) rest = repository[(Path.Length + 1)..];
        return rest is not null;
    }

    /// <summary>The repository with that name below the path.</summary>
    public string Repository(string rest) => Path.Length == 0 ? rest : $"{Path}/{rest}";

    public override string ToString() => Path.Length == 0 ? Host : $"{Host}/{Path}";
}
