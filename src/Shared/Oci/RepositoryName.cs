using System.Diagnostics.CodeAnalysis;

namespace Promoter.Oci;

/// <summary>The path of a repository within its registry (OCI distribution-spec, "Pulling manifests": <c>name</c>).</summary>
public static class RepositoryName
{
    /// <summary>Clients and registries limit host and path together to 255 characters (distribution-spec).</summary>
    public const int MaxLength = 255;

    /// <summary>Checks <paramref name="path"/> against the grammar: lower-case components, joined by '/', separated inside by '.', '_', '__' or dashes.</summary>
    public static bool IsValid(ReadOnlySpan<char> path, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (path.IsEmpty) problem = "the repository name is empty";
        else if (path.Length > MaxLength) problem = $"the repository name has {path.Length} characters: at most {MaxLength} are allowed";
        if (problem is not null) return false;

        foreach (var range in path.Split('/'))
        {
            problem = ProblemOf(path[range]);
            if (problem is null) continue;
            problem = $"the repository name '{path}' is not valid: {problem}";
            return false;
        }

        return true;
    }

    private static string? ProblemOf(ReadOnlySpan<char> component)
    {
        if (component.IsEmpty) return "it has an empty component";
        if (component.ContainsAnyInRange('A', 'Z')) return "upper-case letters are not allowed, use lower case";
        if (!IsAlphanumeric(component[0]) || !IsAlphanumeric(component[^1])) return $"'{component}' must start and end with a lower-case letter or a digit";

        for (var i = 0; i < component.Length;)
        {
            var run = i;
            while (run < component.Length && !IsAlphanumeric(component[run])) run++;
            var separator = component[i..run];
            if (!separator.IsEmpty && !IsSeparator(separator)) return $"'{separator}' is not a separator inside a component ('.', '_', '__' or dashes are)";
            i = Math.Max(run, i + 1);
        }

        return null;
    }

    private static bool IsAlphanumeric(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9');

    private static bool IsSeparator(ReadOnlySpan<char> s) => s is "." or "_" or "__" || !s.ContainsAnyExcept('-');
}
