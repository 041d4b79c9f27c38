using System.Collections;
using System.Text.RegularExpressions;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>
/// The environment as a layer over the file: the key <c>idleTimeout</c> of section <c>transfer</c> is <c>PROMOTER_TRANSFER_IDLE_TIMEOUT</c>.
/// Lists are comma-separated. Sections that are lists (rules, registries) have no variables.
/// </summary>
public sealed partial class ConfigEnvironment(IReadOnlyDictionary<string, string> variables)
{
    public static ConfigEnvironment Empty { get; } = new(new Dictionary<string, string>());

    /// <summary>The variables of this process.</summary>
    public static ConfigEnvironment OfProcess() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal));

    /// <summary>The variable of a key: <c>PREFIX_IDLE_TIMEOUT</c> for <c>idleTimeout</c>.</summary>
    public static string VariableOf(string prefix, string key) => $"{prefix}_{WordStart().Replace(key, "_$0").ToUpperInvariant()}";

    internal TSection Apply<TSection>(TSection section, IReadOnlyList<ConfigField<TSection>> fields, string prefix, ConfigProblems problems)
    {
        var result = section;
        foreach (var field in fields.Where(f => f.IsSimple))
        {
            var variable = VariableOf(prefix, field.Key);
            if (variables.GetValueOrDefault(variable) is not { Length: > 0 } text) continue;
            var found = new ConfigProblems($"environment variable {variable}", problems.Directory);
            result = field.Apply(result, ValueOf(field, text), found);
            problems.AddWithoutPlace(found);
        }

        var known = fields.Select(f => VariableOf(prefix, f.Key)).ToHashSet(StringComparer.Ordinal);
        var ours = variables.Keys.Where(v => v.StartsWith(prefix + "_", StringComparison.Ordinal));
        foreach (var stray in ours.Where(v => !known.Contains(v) && !ServiceLink().IsMatch(v)))
        {
            // The prefix is common to all, so only what follows it tells how close two names are.
            var meant = Suggestion.For(stray[prefix.Length..], known.Select(v => v[prefix.Length..]));
            var advice = meant is null ? "unset it" : $"did you mean {prefix}{meant}?";
            problems.Add(new ConfigProblem($"environment variable {stray}", null, $"there is no such setting: {advice}"));
        }

        return result;
    }

    private static YamlNode ValueOf<TSection>(ConfigField<TSection> field, string text)
    {
        var start = new Position(1, 1);
        if (!field.IsList) return new YamlScalar(text, isPlain: true, start);
        var items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new YamlSequence([.. items.Select(item => new YamlScalar(item, isPlain: true, start))], start);
    }

    [GeneratedRegex("(?<!^)[A-Z]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();

    // Kubernetes injects these for every Service of the namespace; one called promoter-transfer must not be taken for a setting.
    [GeneratedRegex("_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_[0-9]+_(TCP|UDP)(_.*)?)?)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServiceLink();
}
