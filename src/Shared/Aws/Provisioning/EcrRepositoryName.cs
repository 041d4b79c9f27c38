using System.Text.RegularExpressions;

namespace Promoter.Aws.Provisioning;

/// <summary>ECR's rule for repository names, which is narrower than the distribution spec's (API reference, CreateRepository).</summary>
public static partial class EcrRepositoryName
{
    public const int MinLength = 2;
    public const int MaxLength = 256;

    /// <summary>Why ECR would refuse the name; null where it would not.</summary>
    public static string? Problem(string name)
    {
        if (name.Length is < MinLength or > MaxLength) return $"ECR refuses the repository name '{name}': it has {name.Length} characters, {MinLength} to {MaxLength} are allowed";
        return Pattern.IsMatch(name)
            ? null
            : $"ECR refuses the repository name '{name}': components of lower-case letters and digits are joined by single '.', '_' or '-' and parted by '/'; let the rule rewrite the name";
    }

    [GeneratedRegex("^([a-z0-9]+([._-][a-z0-9]+)*/)*[a-z0-9]+([._-][a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }
}
